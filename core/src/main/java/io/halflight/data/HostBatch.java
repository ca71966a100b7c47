package io.halflight.data;

import java.util.List;

/**
 * A batch as plain Java arrays, made by loader threads.
 *
 * @param views per view {@code n * channels * height * width} floats, [N, C, H, W]
 * @param labels length n
 * @param indices places in the dataset, length n
 */
public record HostBatch(List<float[]> views, long[] labels, int[] indices, int channels, int height, int width) {
    public int size() {
        return indices.length;
    }
}
