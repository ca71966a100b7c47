package io.halflight.bundle;

import io.halflight.HalflightException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What came of one picture file: a value, or why there is none.
 *
 * @param file as it was given
 * @param value of the picture; null if it could not be read
 * @param failure names the file and the reason; null if there is a value
 */
public record Outcome<T>(
        Path file, @Nullable T value, @Nullable HalflightException failure) {}
