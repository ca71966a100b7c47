package io.halflight.data;

import io.halflight.HalflightException;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;

/**
 * The picture files among files and folders, one after the other, each folder in the order of its names with its sub-folders in their places.
 * Only the folders on the way to the present file are in memory, so that millions of files need no list.
 */
public final class PictureFiles implements Iterator<Path> {
    private final Deque<Iterator<Path>> open = new ArrayDeque<>();
    private final Deque<Path> folders = new ArrayDeque<>();
    private Path next = Path.of("");
    private boolean found;

    /**
     * Begins.
     *
     * @param given files, taken whatever their names, and folders, of which the files with the endings of pictures are taken and hidden ones are not
     * @throws HalflightException if one of them is not there
     */
    public PictureFiles(List<Path> given) {
        for (Path path : given) {
            if (!Files.exists(path)) {
                throw HalflightException.usage(path + " does not exist: check the path");
            }
        }
        open.push(given.iterator());
    }

    /** How many there are; walks through all folders. */
    public static long count(List<Path> given) {
        long count = 0;
        for (PictureFiles files = new PictureFiles(given); files.hasNext(); files.next()) {
            count++;
        }
        return count;
    }

    @Override
    public boolean hasNext() {
        while (!found && !open.isEmpty()) {
            advance();
        }
        return found;
    }

    @Override
    public Path next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no more pictures");
        }
        found = false;
        return next;
    }

    private void advance() {
        Iterator<Path> inside = open.element();
        if (!inside.hasNext()) {
            open.pop();
            folders.poll(); // the given paths lie in none
            return;
        }
        Path path = inside.next();
        boolean given = open.size() == 1;
        if (Files.isDirectory(path)) {
            if (given || !path.getFileName().toString().startsWith(".")) {
                open.push(entries(path));
                folders.push(path);
            }
        } else if (given || FileDataset.isPicture(path)) {
            next = path;
            found = true;
        }
    }

    private Iterator<Path> entries(Path folder) {
        try (Stream<Path> inside = Files.list(folder)) {
            for (Path above : folders) {
                if (Files.isSameFile(above, folder)) {
                    throw new FileSystemLoopException(folder.toString());
                }
            }
            Path[] entries = inside.toArray(Path[]::new);
            Arrays.sort(entries);
            return Arrays.asList(entries).iterator();
        } catch (FileSystemLoopException e) {
            return List.<Path>of().iterator(); // a link to a folder above: all of it has been seen
        } catch (IOException e) {
            throw HalflightException.run("cannot list %s: %s".formatted(folder, e.getMessage()), e);
        }
    }
}
