package io.halflight.app.report;

/** Where the report takes its thumbnails from. */
public interface PictureSource {
    /**
     * A PNG file's bytes, small enough to be embedded; see {@link Report#png}.
     *
     * @param pictureId as it stands in the first column of {@code predictions.csv} and {@code pseudo-labels.csv}
     * @throws RuntimeException if there is no such picture; the report then shows its classes alone
     */
    byte[] png(String pictureId);
}
