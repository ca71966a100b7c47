package io.halflight.app.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.halflight.HalflightException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The report of a run whose files went wrong: a page, or an error of our own in one line. */
class DamagedRunTest {
    private static final long SEED = Long.getLong("halflight.seed", 1);
    private static final int MUTATIONS = Integer.getInteger("halflight.mutations", 100);
    private static final List<String> CLASSES = List.of("Coat", "Shirt", "Bag");
    private static final Pattern TOKEN = Pattern.compile("\"[^\"\\n]*\"|[-+.\\w]+|[\\[{]");
    private static final List<String> TOKENS = List.of(
            "null",
            "-1",
            "1e308",
            "99999999999999999999",
            "0",
            "[]",
            "{}",
            "\"\"",
            "true",
            "\"<script>\"",
            "[".repeat(5000));

    @TempDir
    Path folder;

    private RunFolder whole() {
        return new RunFolder(folder)
                .run(CLASSES, 30)
                .results(
                        List.of(
                                RunFolder.row("supervised", "Supervised", 0.6587),
                                RunFolder.row("distill", "Distilled", 0.7912)),
                        Map.of("supervised", RunFolder.model(CLASSES), "distill", RunFolder.model(CLASSES)))
                .file("stages/1-pretrain/metrics.jsonl", """
                        {"stage":"pretrain","epoch":0,"step":10,"steps":20,"seconds":3.5,"loss":5.125,"waiting":0.013}
                        {"stage":"pretrain","epoch":0,"step":20,"steps":20,"seconds":7.0,"loss":4.375,"waiting":0.011}
                        {"stage":"pretrain","epoch":0,"step":20,"knn":0.6123,"linear":0.6645}
                        """)
                .file("stages/1-pretrain/stage.json", "{\"stage\":\"pretrain\",\"seconds\":7.5,\"bestEpoch\":0}")
                .file("predictions.csv", """
                        picture,label,prediction,confidence,model
                        test/0,Coat,Coat,0.9312,distill
                        test/1,Shirt,Coat,0.8734,distill
                        test/2,Bag,Shirt,0.9876,distill
                        """)
                .file("recipe.yaml", "seed: 17\nstages: {}\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run.json",
                "results.json",
                "predictions.csv",
                "stages/1-pretrain/metrics.jsonl",
                "stages/1-pretrain/stage.json"
            })
    void aPageOrOneLine(String name) throws IOException {
        RunFolder run = whole();
        byte[] bytes = Files.readAllBytes(folder.resolve(name));
        for (int round = 0; round < MUTATIONS; round++) {
            Files.write(folder.resolve(name), damaged(bytes, new SplittableRandom(SEED + 1000L * round)));
            try {
                assertThat(run.page()).contains("</html>").doesNotContain("<script>");
            } catch (HalflightException e) {
                assertThat(e.getMessage().lines())
                        .as("seed %d round %d", SEED, round)
                        .hasSize(1);
            } catch (RuntimeException | Error e) {
                fail("seed %d round %d of %s: %s".formatted(SEED, round, name, e), e);
            }
        }
    }

    private static byte[] damaged(byte[] whole, SplittableRandom random) {
        byte[] bytes = whole.clone();
        switch (random.nextInt(4)) {
            case 0 -> {
                return Arrays.copyOf(bytes, random.nextInt(bytes.length));
            }
            case 1 -> {
                for (int i = 0; i < 1 + random.nextInt(8); i++) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
                return bytes;
            }
            default -> {
                String text = new String(bytes, StandardCharsets.ISO_8859_1);
                List<MatchResult> tokens = TOKEN.matcher(text).results().toList();
                MatchResult token = tokens.get(random.nextInt(tokens.size()));
                String other = TOKENS.get(random.nextInt(TOKENS.size()));
                return (text.substring(0, token.start()) + other + text.substring(token.end()))
                        .getBytes(StandardCharsets.ISO_8859_1);
            }
        }
    }
}
