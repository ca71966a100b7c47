package io.halflight.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.HalflightException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Damaged pictures by the hundred; by the thousand with {@code -Dhalflight.mutations=5000}. */
class MutatedPicturesTest {
    private static final long SEED = Long.getLong("halflight.seed", 1);
    private static final int MUTATIONS = Integer.getInteger("halflight.mutations", 300);

    /**
     * Java and OpenCV take 180 MB, Java's heap up to 256 MB, and 100 million pixels, the most that is decoded, 7 bytes each in
     * the kinds that are tried.
     */
    private static final long MOST_KILOBYTES = 1_300_000;

    private static final Pattern OUTCOME =
            Pattern.compile("decoded (\\d+) refused (\\d+) foreign (\\d+) peak-kb (\\d+) slowest ([\\d.]+)");

    @TempDir
    Path folder;

    @Test
    @EnabledOnOs(OS.LINUX) // where the system says how much memory a process has held
    void noDamageEndsTheProcessOrTakesItsMemory() throws Exception {
        Path output = folder.resolve("output.txt");
        Path current = folder.resolve("current.txt");
        ProcessBuilder child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MutationCampaign.class.getName(),
                        Long.toString(SEED),
                        "0",
                        Integer.toString(MUTATIONS),
                        current.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD) // the decoders' own words
                .redirectOutput(output.toFile());

        int status = child.start().waitFor();

        String text = Files.readString(output, StandardCharsets.UTF_8);
        String at = Files.exists(current) ? Files.readString(current, StandardCharsets.UTF_8) : "the start";
        assertThat(status).as("seed %d, at %s: %s", SEED, at, text).isZero();
        Matcher outcome = OUTCOME.matcher(text);
        assertThat(outcome.find()).as(text).isTrue();
        if (MUTATIONS > 1000) {
            System.out.println(outcome.group());
        }
        assertThat(Integer.parseInt(outcome.group(1)) + Integer.parseInt(outcome.group(2)))
                .as("seed %d: %s", SEED, text)
                .isEqualTo(MUTATIONS);
        assertThat(Integer.parseInt(outcome.group(3)))
                .as("seed %d: %s", SEED, text)
                .isZero();
        assertThat(Long.parseLong(outcome.group(4)))
                .as("seed %d: %s", SEED, text)
                .isLessThan(MOST_KILOBYTES);
    }

    @Test
    void aRunLeavesOutTheBadOnesAndNamesEachOnce() throws Exception {
        PictureMutations mutations = new PictureMutations(SEED);
        List<String> bad = new ArrayList<>();
        for (int number = 0; number < 60; number++) {
            PictureMutations.Mutation mutation = mutations.mutation(number);
            TestPictures.write(
                    folder.resolve(number % 2 == 0 ? "a" : "b").resolve(mutation.toString()), mutation.bytes());
            try {
                PictureDecoder.decode(mutation.bytes(), "picture", 16);
            } catch (HalflightException e) {
                bad.add((number % 2 == 0 ? "a/" : "b/") + mutation);
            }
        }
        Dataset all = Datasets.open("folder:" + folder, new Datasets.Options(16));
        List<String> warnings = new ArrayList<>();

        List<Preflight.Unreadable> found =
                Preflight.scan(all, (done, total) -> {}).unreadable();
        Dataset readable = ReadableDataset.of(all, (done, total) -> {}, warnings::add);

        assertThat(bad).as("seed %d", SEED).hasSizeBetween(20, 55);
        assertThat(found).extracting(Preflight.Unreadable::id).containsExactlyInAnyOrderElementsOf(bad);
        assertThat(found).allSatisfy(picture -> assertThat(picture.reason()).contains(picture.id()));
        assertThat(ReadableDataset.leftOut(readable)).isEqualTo(found);
        assertThat(readable.size()).isEqualTo(60 - bad.size());
        assertThat(warnings).singleElement().asString().startsWith(bad.size() + " of 60 pictures cannot be read");
        for (int i = 0; i < readable.size(); i++) {
            assertThat(readable.picture(i).channels()).isEqualTo(3);
        }
    }

    @Test
    void everyWholeFileIsRead() {
        PictureKinds.all().forEach((name, bytes) -> {
            Picture picture = PictureDecoder.decode(bytes, name, 0);
            assertThat(new int[] {picture.width(), picture.height()})
                    .as(name)
                    .containsExactly(name.startsWith("turned") ? new int[] {47, 61} : new int[] {61, 47});
        });
    }
}
