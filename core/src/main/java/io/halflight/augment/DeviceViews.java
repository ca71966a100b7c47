package io.halflight.augment;

import io.halflight.data.HostBatch;
import io.halflight.data.Picture;
import io.halflight.torch.Tensors;
import io.halflight.torch.Upload;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Makes the views of a batch on its device, from the pictures' bytes and the loader's draws.
 *
 * <p>Pictures of different sizes lie in one tensor of the largest height and width. A batch is cut where that tensor would
 * have more than 2^26 values, a quarter of a gigabyte as floats: 21,845 pictures of CIFAR-10, 83 of 448 x 600.
 */
public final class DeviceViews {
    private static final long MOST_VALUES = 1L << 26;

    private DeviceViews() {}

    /**
     * Makes them.
     *
     * @param views those that the batch was drawn for
     * @param host with pictures, all of as many channels
     * @return per view float32 [N, channels, height, width] in [0, 1] on the device
     */
    public static List<Tensor> paint(List<BatchView> views, HostBatch host, Device device) {
        return paint(views, host, device, MOST_VALUES);
    }

    static List<Tensor> paint(List<BatchView> views, HostBatch host, Device device, long mostValues) {
        List<Picture> pictures = host.pictures();
        List<List<Tensor>> parts = new ArrayList<>();
        views.forEach(view -> parts.add(new ArrayList<>()));
        int to;
        for (int from = 0; from < pictures.size(); from = to) {
            to = end(pictures, from, mostValues);
            Tensor pixels = pixels(pictures.subList(from, to), device);
            for (int v = 0; v < views.size(); v++) {
                int draws = views.get(v).draws();
                float[] drawn = Arrays.copyOfRange(host.views().get(v), from * draws, to * draws);
                parts.get(v).add(views.get(v).paint(pixels, drawn));
            }
            pixels.close();
        }
        return parts.stream().map(DeviceViews::joined).toList();
    }

    private static Tensor joined(List<Tensor> parts) {
        return parts.size() == 1 ? parts.get(0) : torch.cat(new TensorVector(parts.toArray(Tensor[]::new)), 0);
    }

    /** The first picture behind {@code from} that does not fit any more; at least the next one. */
    private static int end(List<Picture> pictures, int from, long mostValues) {
        long height = 0;
        long width = 0;
        int to = from;
        while (to < pictures.size()) {
            Picture picture = pictures.get(to);
            height = Math.max(height, picture.height());
            width = Math.max(width, picture.width());
            if (to > from && (to + 1L - from) * picture.channels() * height * width > mostValues) {
                break;
            }
            to++;
        }
        return to;
    }

    /** As uint8 [n, C, H, W] on the device. What is beside a smaller picture is whatever the memory held. */
    private static Tensor pixels(List<Picture> pictures, Device device) {
        int channels = pictures.get(0).channels();
        int height = pictures.stream().mapToInt(Picture::height).max().orElseThrow();
        int width = pictures.stream().mapToInt(Picture::width).max().orElseThrow();
        return Tensors.resultOf(() -> {
            Tensor host = Upload.host(ScalarType.Byte, device, pictures.size(), channels, height, width);
            BytePointer memory = host.data_ptr_byte();
            ByteBuffer buffer = memory.capacity(host.numel()).asByteBuffer();
            for (int i = 0; i < pictures.size(); i++) {
                write(pictures.get(i), buffer, i * channels * height * width, channels, height, width);
            }
            return Upload.send(host, device);
        });
    }

    private static void write(Picture picture, ByteBuffer to, int at, int channels, int height, int width) {
        if (picture.channels() != channels) {
            throw new IllegalArgumentException(
                    "a batch has pictures of %d and of %d channels: its dataset must give all"
                                    .formatted(channels, picture.channels())
                            + " of them as many");
        }
        if (picture.height() == height && picture.width() == width) {
            to.put(at, picture.pixels());
            return;
        }
        for (int line = 0; line < channels * picture.height(); line++) {
            int row = line / picture.height() * height + line % picture.height();
            to.put(at + row * width, picture.pixels(), line * picture.width(), picture.width());
        }
    }
}
