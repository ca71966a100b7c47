package io.halflight.data;

import io.halflight.HalflightException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Picture files, decoded when asked for: always three channels, upright, the shorter side at most twice the training
 * side. Opening reads names only.
 */
abstract sealed class FileDataset implements Dataset permits FolderDataset, CsvDataset {
    static final Set<String> EXTENSIONS = Set.of("jpg", "jpeg", "png", "bmp", "webp", "tif", "tiff", "gif");

    /** One picture file; the label is an index into the classes or {@link #UNLABELLED}. */
    record Entry(String id, Path file, int label, Part part) {}

    /** What a scan of file names found. */
    record Listing(List<String> classes, List<Entry> entries) {}

    private final String spec;
    private final Listing listing;
    private final int storeSide;
    private final PictureCache cache;
    private final AtomicReferenceArray<String> hashes;

    /** Size and time of each file when it was first read, in 8 bytes: a changed one is told without hashing it. */
    private final AtomicLongArray stamps;

    FileDataset(String spec, Listing listing, int storeSide) {
        this.spec = spec;
        this.listing = listing;
        this.storeSide = storeSide;
        cache = new PictureCache(listing.entries().size());
        hashes = new AtomicReferenceArray<>(listing.entries().size());
        stamps = new AtomicLongArray(listing.entries().size());
    }

    static boolean isPicture(Path file) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        String extension = name.substring(dot + 1).toLowerCase(Locale.ROOT);
        return !name.startsWith(".")
                && dot >= 0
                && (EXTENSIONS.contains(extension) || ForeignFormat.EXTENSIONS.contains(extension));
    }

    @Override
    public String spec() {
        return spec;
    }

    @Override
    public List<String> classes() {
        return listing.classes();
    }

    @Override
    public int size() {
        return listing.entries().size();
    }

    @Override
    public String id(int index) {
        return listing.entries().get(index).id();
    }

    @Override
    public int label(int index) {
        return listing.entries().get(index).label();
    }

    @Override
    public Part part(int index) {
        return listing.entries().get(index).part();
    }

    @Override
    public Picture picture(int index) {
        return cache.get(index, i -> {
            Path file = listing.entries().get(i).file();
            return read(i, bytes -> PictureDecoder.decode(bytes, file.toString(), storeSide));
        });
    }

    @Override
    public String hash(int index) {
        String known = hashes.get(index);
        if (known == null) {
            known = read(index, Hashes::brief);
            hashes.set(index, known);
        }
        return known;
    }

    /** The size and channels that the file announces, before any reduction. */
    PictureHeader header(int index) {
        Path file = listing.entries().get(index).file();
        return read(index, bytes -> PictureHeader.read(bytes, file.toString()));
    }

    /**
     * Reads the file's content, the same at every call: what is trained on is what {@code split.csv} has the hash of.
     *
     * @throws HalflightException if the file cannot be read, or is another one than before
     */
    private <T> T read(int index, Function<byte[], T> use) {
        Path file = listing.entries().get(index).file();
        BasicFileAttributes now = attributes(index, file);
        return PictureFile.read(file, bytes -> {
            if (now != null) {
                long stamp = stamp(now);
                if (!stamps.compareAndSet(index, 0, stamp) && stamp != stamps.get(index)) {
                    checkUnchanged(index, file, bytes, now);
                }
            }
            return use.apply(bytes);
        });
    }

    /** Null for a file that cannot be looked at: reading it says why. */
    private @Nullable BasicFileAttributes attributes(int index, Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            if (stamps.get(index) != 0) {
                throw HalflightException.run(
                        file
                                + " is not there any more; put it back and go on with --resume, or start in a new directory",
                        e);
            }
            return null;
        } catch (IOException e) {
            return null;
        }
    }

    /** A file that was only touched, or copied back from a backup, is still the same picture. */
    private void checkUnchanged(int index, Path file, byte[] bytes, BasicFileAttributes now) {
        String hash = hashes.get(index);
        if (hash == null || !hash.equals(Hashes.brief(bytes))) {
            throw HalflightException.run(
                    "%s has changed since the run began (it has %d bytes of %s now); put the old file back and go on with --resume, or start in a new directory"
                            .formatted(file, now.size(), now.lastModifiedTime()));
        }
        stamps.set(index, stamp(now));
    }

    private static long stamp(BasicFileAttributes file) {
        long mixed = 31 * file.size() + file.lastModifiedTime().to(TimeUnit.NANOSECONDS);
        return mixed == 0 ? 1 : mixed; // 0 stands for not read yet
    }
}
