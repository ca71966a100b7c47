package io.halflight.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import io.halflight.torch.Safetensors;
import io.halflight.torch.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
    private static final String OLDER = "checkpoint-000000010.safetensors";
    private static final String NEWER = "checkpoint-000000020.safetensors";

    @TempDir
    Path folder;

    private final List<String> said = new ArrayList<>();
    private final Tensor weight = Tensors.floats(new float[] {0, 0});
    private final Tensor moment = Tensors.floats(new float[] {0});

    private static Map<String, Tensor> one(String name, float... values) {
        return Map.of(name, Tensors.floats(values));
    }

    private void saveTwo() {
        new Checkpoint(10, 1, 0.25, 0).save(folder, one("w", 1, 2), one("m", 3));
        new Checkpoint(20, 2, 0.5, 1).save(folder, one("w", 4, 5), one("m", 6));
    }

    private Checkpoint restore() {
        said.clear();
        return Checkpoint.restore(folder, Map.of("w", weight), Map.of("m", moment), new RunListener() {
            @Override
            public void message(String line) {
                said.add(line);
            }
        });
    }

    private void assertNewer(Checkpoint restored) {
        assertThat(restored).isEqualTo(new Checkpoint(20, 2, 0.5, 1));
        assertThat(Tensors.toFloats(weight)).containsExactly(4, 5);
        assertThat(Tensors.toFloats(moment)).containsExactly(6);
    }

    private void assertOlder(Checkpoint restored) {
        assertThat(restored).isEqualTo(new Checkpoint(10, 1, 0.25, 0));
        assertThat(Tensors.toFloats(weight)).containsExactly(1, 2);
        assertThat(Tensors.toFloats(moment)).containsExactly(3);
        assertThat(said).hasSize(1);
        assertThat(said.get(0)).contains(NEWER).endsWith("going on from " + OLDER + " instead.");
    }

    @Test
    void theNewestIsRestoredAndTwoAreKept() throws IOException {
        new Checkpoint(5, 0.5, Double.NaN, -1).save(folder, one("w", 0, 0), one("m", 0));
        saveTwo();
        assertNewer(restore());
        assertThat(said).isEmpty();
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder(OLDER, NEWER);
        }
    }

    @Test
    void oneWithAFlippedBitGivesWayToTheOneBefore() throws IOException {
        long seed = 3;
        Random random = new Random(seed);
        saveTwo();
        Path newer = folder.resolve(NEWER);
        byte[] whole = Files.readAllBytes(newer);
        int harmless = 0;
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(newer, flipped);
            Checkpoint restored = restore();
            if (said.isEmpty()) { // the name of the checksum: then there is none, and all that it protects is whole
                harmless++;
                assertNewer(restored);
            } else {
                assertOlder(restored);
            }
        }
        assertThat(harmless).as("seed %d", seed).isLessThanOrEqualTo("crc32c".length());
    }

    @Test
    void oneCutShortGivesWayToTheOneBefore() throws IOException {
        saveTwo();
        Path newer = folder.resolve(NEWER);
        byte[] whole = Files.readAllBytes(newer);
        for (int length = 0; length < whole.length; length += 7) {
            Files.write(newer, Arrays.copyOf(whole, length));
            assertOlder(restore());
        }
    }

    @Test
    void whereAllAreDamagedTheStageBeginsAnewWithItsOwnWeights() throws IOException {
        saveTwo();
        for (String name : List.of(OLDER, NEWER)) {
            Files.write(folder.resolve(name), new byte[] {1, 2, 3});
        }
        assertThat(restore()).isEqualTo(Checkpoint.START);
        assertThat(Tensors.toFloats(weight)).containsExactly(0, 0);
        assertThat(said).hasSize(2);
        assertThat(said.get(1)).contains(OLDER).endsWith("going on from the start of the stage instead.");
    }

    @Test
    void halfOfACheckpointChangesNothing() {
        Map<String, String> position = Map.of("step", "30", "seconds", "3", "best", "0.5", "best_epoch", "1");
        Safetensors.writeChecked(
                folder.resolve("checkpoint-000000030.safetensors"),
                Map.of("model/w", Tensors.floats(new float[] {7, 8})), // and no optimizer/m
                position);
        assertThat(restore()).isEqualTo(Checkpoint.START);
        assertThat(Tensors.toFloats(weight)).containsExactly(0, 0);
        assertThat(said).hasSize(1);
    }

    @Test
    void aFullDiskLeavesTheOldOnesWhole() {
        saveTwo();
        System.setProperty("halflight.full", "checkpoint");
        try {
            assertThatThrownBy(() -> new Checkpoint(30, 3, 0.5, 1).save(folder, one("w", 7, 8), one("m", 9)))
                    .isInstanceOf(HalflightException.class)
                    .hasMessageContainingAll("checkpoint-000000030", "No space left on device", "space");
        } finally {
            System.clearProperty("halflight.full");
        }
        assertNewer(restore());
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder(OLDER, NEWER);
    }
}
