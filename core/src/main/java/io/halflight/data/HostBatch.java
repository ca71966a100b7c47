package io.halflight.data;

import java.util.List;

/**
 * A batch as plain Java arrays, made by loader threads.
 *
 * @param views per view {@code n * channels * height * width} floats, [N, C, H, W]; of views that are only drawn yet, n
 *     times their {@link DrawnTransform#draws}
 * @param pictures length n if the views are only drawn yet, otherwise empty
 * @param labels length n
 * @param indices places in the dataset, length n
 */
public record HostBatch(
        List<float[]> views,
        List<Picture> pictures,
        long[] labels,
        int[] indices,
        int channels,
        int height,
        int width) {
    public int size() {
        return indices.length;
    }
}
