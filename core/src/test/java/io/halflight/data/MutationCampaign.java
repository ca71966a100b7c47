package io.halflight.data;

import io.halflight.HalflightException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A whole process for {@link MutatedPicturesTest}: decodes mutated pictures, and says how that went. */
final class MutationCampaign {
    private static final int SIDE = 32;

    private MutationCampaign() {}

    /** Arguments: seed, first number, how many, a file that always names the one being decoded. */
    public static void main(String[] arguments) throws IOException {
        long seed = Long.parseLong(arguments[0]);
        int first = Integer.parseInt(arguments[1]);
        Path current = Path.of(arguments[3]);
        PictureMutations mutations = new PictureMutations(seed);
        PictureDecoder.decode(mutations.mutation(5).bytes(), "warm-up", SIDE);
        int decoded = 0;
        int refused = 0;
        int foreign = 0;
        double slowest = 0;
        for (int number = first; number < first + Integer.parseInt(arguments[2]); number++) {
            PictureMutations.Mutation mutation = mutations.mutation(number);
            Files.writeString(current, mutation.toString());
            long start = System.nanoTime();
            try {
                Picture picture = PictureDecoder.decode(mutation.bytes(), mutation.toString(), SIDE);
                decoded += picture.pixels().length == 3 * picture.height() * picture.width() ? 1 : 0;
            } catch (HalflightException e) {
                refused++;
                String message = String.valueOf(e.getMessage());
                if (!message.startsWith(mutation + ": ") || message.lines().count() != 1) {
                    foreign++;
                    System.out.println("not one line that begins with the name: " + message);
                }
            } catch (RuntimeException | Error e) {
                foreign++;
                System.out.println(mutation + ": " + e);
            }
            slowest = Math.max(slowest, (System.nanoTime() - start) / 1e9);
        }
        String peak = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .map(line -> line.replaceAll("\\D", ""))
                .findFirst()
                .orElse("0");
        System.out.printf(
                "decoded %d refused %d foreign %d peak-kb %s slowest %.2f%n", decoded, refused, foreign, peak, slowest);
    }
}
