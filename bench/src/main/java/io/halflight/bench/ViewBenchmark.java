package io.halflight.bench;

import io.halflight.augment.SimClrView;
import io.halflight.augment.StrongView;
import io.halflight.data.Picture;
import io.halflight.data.PictureDecoder;
import io.halflight.data.Transform;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Views a second on one core, from stored bytes to the floats of a training tensor. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ViewBenchmark {
    private static final long SEED = 3;
    private static final int PICTURES = 500;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Picture[] small = new Picture[PICTURES];
    private final Transform simclr32 = new SimClrView(SimClrView.Config.cifar(32));
    private final Transform simclr224 = new SimClrView(SimClrView.Config.imagenet(224));
    private final Transform strong32 = new StrongView(StrongView.Config.fixMatch(32, 3));
    private final float[] out = new float[3 * 224 * 224];
    private byte[] jpeg = {};
    private int next;

    /** Pictures of noise, and a photograph's worth of blocks as JPEG of quality 90. */
    @Setup
    public void draw() throws IOException {
        for (int i = 0; i < PICTURES; i++) {
            byte[] pixels = new byte[3 * 32 * 32];
            random.nextBytes(pixels);
            small[i] = new Picture(3, 32, 32, pixels);
        }
        BufferedImage blocks = new BufferedImage(500, 375, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 375; y += 10) {
            for (int x = 0; x < 500; x += 10) {
                int colour = random.nextInt(1 << 24);
                for (int i = 0; i < 100; i++) {
                    if (y + i / 10 < 375) {
                        blocks.setRGB(x + i % 10, y + i / 10, colour);
                    }
                }
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.setUseCache(false);
        ImageIO.write(blocks, "jpeg", bytes);
        jpeg = bytes.toByteArray();
    }

    private Picture next() {
        next = (next + 1) % PICTURES;
        return small[next];
    }

    /** SimCLR's view for CIFAR-10. */
    @Benchmark
    public float[] simclr32() {
        simclr32.apply(next(), random, out, 0);
        return out;
    }

    /** RandAugment and Cutout as FixMatch has them. */
    @Benchmark
    public float[] strong32() {
        strong32.apply(next(), random, out, 0);
        return out;
    }

    /** SimCLR's view for ImageNet, decoding included. */
    @Benchmark
    public float[] jpeg224() {
        simclr224.apply(PictureDecoder.decode(jpeg, "blocks", 224), random, out, 0);
        return out;
    }
}
