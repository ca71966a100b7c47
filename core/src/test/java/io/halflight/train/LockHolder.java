package io.halflight.train;

import java.io.IOException;
import java.nio.file.Path;

/** A whole process for {@link RunDirectoryTest}: takes a run directory and keeps it until it is killed. */
final class LockHolder {
    static final String LOCKED = "locked";

    private LockHolder() {}

    public static void main(String[] arguments) throws IOException {
        RunDirectory directory = RunDirectory.check(Path.of(arguments[0]), false);
        directory.make();
        directory.write("recipe.yaml", "x");
        System.out.println(LOCKED);
        System.in.read(); // for ever
        directory.close();
    }
}
