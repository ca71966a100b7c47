package io.halflight.recipe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.json.Json;
import io.halflight.torch.NativeTorch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs that are killed again and again end bit for bit like one that nobody disturbed. {@code -Dhalflight.kills=50} kills
 * that many times over all kinds of stages; without it a short run is killed a few times.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "destroyForcibly is no SIGKILL there")
class KillTest {
    private static final int KILLS = Integer.getInteger("halflight.kills", 0);
    private static final int FEW = 3;

    /** After so many kills a run may end: the next one begins in a new folder. */
    private static final int KILLS_OF_A_RUN = 12;

    /** What of a run is not the same when it is done again: clocks, memory, what was running when, and the hash of a model.json with its clock. */
    private static final List<String> WALL_CLOCK = List.of(
            "seconds", "picturesPerSecond", "waiting", "updated", "started", "peakMemoryBytes", "descriptionSha256");

    /** Files whose writing is hit on purpose, at one of their first points. */
    private static final List<String> AIMS = List.of(
            "checkpoint-",
            "checkpoint-",
            "metrics.jsonl",
            "last.safetensors",
            "best.safetensors",
            "stage.json",
            "run.json",
            "pseudo-labels.csv",
            "teacher-labels",
            "recipe.yaml",
            "split.csv",
            "results.json",
            "predictions.csv",
            "map.json",
            "model.");

    private static final int POINTS_OF_A_WRITE = 5;

    private static final String SHORT = """
            data: {source: 'shapes:80,20', size: 16, labels: 2}
            threads: 1
            precision: fp32
            stages:
              pretrain: {method: moco, backbone: {name: resnet10, width: 0.125}, queue: 64, epochs: 2, batch: 16, pictures_per_epoch: 48}
              finetune: {method: finetune, from: pretrain, epochs: 2, batch: 10, evaluations: 2}
              student: {method: noisy-student, teacher: finetune, average: {decay: 0.9}, min_confidence: 0, epochs: 2, batch: 10, pictures_per_epoch: 40, evaluations: 2}
            """;

    private static final String LONG = """
            data: {source: 'shapes:120,20', size: 16, labels: 4}
            threads: 1
            precision: fp32
            stages:
              supervised: {method: supervised, backbone: {name: resnet10, width: 0.125, dropout: 0.3}, epochs: 3, batch: 10, evaluations: 3}
              moco: {method: moco, backbone: {name: resnet10, width: 0.125}, queue: 64, epochs: 2, batch: 16, pictures_per_epoch: 64}
              byol: {method: byol, backbone: {name: resnet10, width: 0.125}, epochs: 2, batch: 16, pictures_per_epoch: 64}
              finetune: {method: finetune, from: moco, epochs: 2, batch: 10, evaluations: 2}
              mean-teacher: {method: mean-teacher, backbone: {name: resnet10, width: 0.125}, epochs: 2, batch: 10, pictures_per_epoch: 40, unlabelled_ratio: 1, evaluations: 2}
              fixmatch: {method: fixmatch, backbone: {name: resnet10, width: 0.125}, align: labels, class_thresholds: true, threshold: 0.2, average: {decay: 0.9}, epochs: 2, batch: 10, pictures_per_epoch: 40, unlabelled_ratio: 2, evaluations: 2}
              student: {method: noisy-student, teacher: finetune, average: {decay: 0.9}, min_confidence: 0, epochs: 2, batch: 10, pictures_per_epoch: 40, evaluations: 2}
              relabelled: {method: pseudo-label, teacher: student, epochs: 1, batch: 16, evaluations: 1}
              distil: {method: distill, teacher: relabelled, backbone: {name: resnet10, width: 0.125}, epochs: 1, batch: 16, evaluations: 1}
            """;

    @TempDir
    Path folder;

    private final long seed = Long.getLong("halflight.seed", 17);
    private final Random random = new Random(seed);
    private final Map<String, Integer> survived = new TreeMap<>();

    @Test
    @Timeout(value = 5, unit = TimeUnit.HOURS) // for all the kills that were asked for
    void aRunThatIsKilledAgainAndAgainEndsBitForBitLikeOneThatIsNot() throws Exception {
        Path recipe = Files.writeString(folder.resolve("killed.yaml"), KILLS > 0 ? LONG : SHORT);
        Path whole = folder.resolve("whole");
        NativeTorch.load();
        long start = System.nanoTime();
        KilledRun.run(RecipeReader.read(recipe.toString(), List.of()), whole);
        long millis = (System.nanoTime() - start) / 1_000_000;

        int wanted = Math.max(KILLS, FEW);
        int kills = 0;
        int runs = 0;
        while (kills < wanted) {
            Path killed = folder.resolve("killed-" + runs++);
            boolean ended = false;
            for (int here = 0; !ended; here++) {
                boolean last = here >= KILLS_OF_A_RUN || kills >= wanted;
                ended = !start(recipe, killed, millis, last);
                kills += ended ? 0 : 1;
            }
            assertThat(differences(whole, killed))
                    .as("seed %d, run %d, after kills %s", seed, runs, survived)
                    .isEmpty();
            delete(killed);
            System.out.printf("%d kills in %d runs survived, seed %d: %s%n", kills, runs, seed, survived);
        }
    }

    /**
     * One start, which is killed at a random moment or while it writes, unless it is the last.
     *
     * @return whether it was killed before it was done
     */
    private boolean start(Path recipe, Path out, long millis, boolean last) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dhalflight.checkpoint.seconds=" + (KILLS == 0 || random.nextBoolean() ? "0" : "0.2")));
        boolean aimed = random.nextBoolean();
        String aim = AIMS.get(KILLS > 0 ? random.nextInt(AIMS.size()) : 0); // the first one never misses
        if (aimed && !last) {
            command.add("-Dhalflight.halt=" + aim + ":" + (1 + random.nextInt(2 * POINTS_OF_A_WRITE)));
        }
        command.addAll(List.of(
                "-cp", System.getProperty("java.class.path"), KilledRun.class.getName(), recipe.toString(), out + ""));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        StringBuilder said = new StringBuilder();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            String line = lines.readLine();
            while (line != null && !line.equals(KilledRun.BEGUN)) {
                said.append(line).append('\n');
                line = lines.readLine();
            }
            if (!aimed && !last) {
                Thread.sleep((long) (random.nextDouble() * millis / 2)); // of the time that a whole run takes
                process.toHandle().destroyForcibly(); // unlike that of the process it leaves the output to be read
            }
            lines.lines().forEach(rest -> said.append(rest).append('\n'));
        }
        int code = process.waitFor();
        assertThat(code).as("seed %d: %s", seed, said).isIn(0, 137);
        if (code == 137) {
            survived.merge(aimed ? aim : "at random", 1, Integer::sum);
        }
        return code == 137;
    }

    /** File by file, what of a run should be the same and is not. */
    private static List<String> differences(Path whole, Path killed) throws IOException {
        List<String> different = new ArrayList<>();
        assertThat(files(killed)).containsExactlyElementsOf(files(whole));
        for (String name : files(whole)) {
            Path one = whole.resolve(name);
            Path other = killed.resolve(name);
            boolean json = name.endsWith(".jsonl") || name.endsWith(".json");
            boolean same = json ? comparable(one).equals(comparable(other)) : Files.mismatch(one, other) < 0;
            if (!same) {
                different.add(name);
            }
        }
        return different;
    }

    /** All that is left behind, but for checkpoints, whose number depends on the time, and for the lock. */
    private static List<String> files(Path run) throws IOException {
        try (Stream<Path> files = Files.walk(run)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> run.relativize(file).toString())
                    .filter(name -> !name.contains("checkpoint-0") && !name.equals("run.lock"))
                    .sorted()
                    .toList();
        }
    }

    private static List<Object> comparable(Path file) throws IOException {
        List<Object> values = new ArrayList<>();
        if (file.toString().endsWith(".jsonl")) {
            for (String line : Files.readAllLines(file)) {
                values.add(timeless(Json.parse(line)));
            }
        } else {
            values.add(timeless(Json.parse(Files.readString(file))));
        }
        return values;
    }

    private static Object timeless(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> rest = new TreeMap<>();
            map.forEach((key, inner) -> {
                if (!WALL_CLOCK.contains(String.valueOf(key))) {
                    rest.put(String.valueOf(key), String.valueOf(timeless(inner)));
                }
            });
            return rest;
        }
        return value instanceof List<?> list
                ? list.stream().map(KillTest::timeless).toList()
                : value;
    }

    private static void delete(Path run) throws IOException {
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
