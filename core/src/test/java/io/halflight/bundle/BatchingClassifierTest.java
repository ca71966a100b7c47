package io.halflight.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.data.Picture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchingClassifierTest {
    @TempDir
    private Path folder;

    private Classifier classifier;

    @BeforeEach
    void load() {
        Path directory = folder.resolve("model");
        ModelBundle.write(
                directory, Models.network(1, 5), Models.spec(1), Models.CLASSES, Models.METRICS, Models.PROVENANCE);
        classifier = Classifier.load(directory);
    }

    @AfterEach
    void close() {
        classifier.close();
    }

    @Test
    void whatComesWhileTheNetworkIsBusyGoesThroughItTogetherAndEachGetsItsOwnAnswer() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Queue<Integer> sizes = new ConcurrentLinkedQueue<>();
        try (BatchingClassifier batching = new BatchingClassifier(classifier, size -> {
            sizes.add(size);
            await(go);
        })) {
            List<Picture> pictures = new ArrayList<>();
            List<CompletableFuture<BatchingClassifier.Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                pictures.add(Models.picture(i, 10 + i % 7, 20));
                answers.add(batching.submit(pictures.get(i)));
                while (sizes.isEmpty()) {
                    Thread.onSpinWait(); // the first is on its way alone
                }
            }
            go.countDown();
            for (int i = 0; i < pictures.size(); i++) {
                BatchingClassifier.Answer answer = answers.get(i).get(60, TimeUnit.SECONDS);
                Prediction alone = classifier.predict(pictures.get(i));
                assertThat(answer.prediction().label()).isEqualTo(alone.label());
                assertThat(answer.prediction().confidence()).isCloseTo(alone.confidence(), within(1e-5));
                assertThat(answer.features()).containsExactly(classifier.embed(pictures.get(i)), within(1e-4f));
            }
            assertThat(sizes).containsExactly(1, 64, 35);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void afterItsEndNobodyWaitsForEver() throws Exception {
        BatchingClassifier batching = new BatchingClassifier(classifier, size -> {});
        batching.close();

        CompletableFuture<BatchingClassifier.Answer> late = batching.submit(Models.picture(1, 8, 8));

        assertThatThrownBy(() -> late.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void afterAFailureItGoesOn() throws Exception {
        int[] calls = {0};
        try (BatchingClassifier batching = new BatchingClassifier(classifier, size -> {
            if (calls[0]++ == 0) {
                throw new IllegalStateException("once");
            }
        })) {
            CompletableFuture<BatchingClassifier.Answer> first = batching.submit(Models.picture(1, 8, 8));
            assertThatThrownBy(() -> first.get(10, TimeUnit.SECONDS)).hasMessageContaining("once");
            assertThat(batching.submit(Models.picture(1, 8, 8))
                            .get(10, TimeUnit.SECONDS)
                            .features())
                    .isNotEmpty();
        }
    }

    @Test
    void whatNobodyWaitsForAnyMoreIsNotWorkedOn() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Queue<Integer> sizes = new ConcurrentLinkedQueue<>();
        try (BatchingClassifier batching = new BatchingClassifier(classifier, size -> {
            sizes.add(size);
            await(go);
        })) {
            CompletableFuture<BatchingClassifier.Answer> first = batching.submit(Models.picture(1, 8, 8));
            while (sizes.isEmpty()) {
                Thread.onSpinWait();
            }
            List<CompletableFuture<BatchingClassifier.Answer>> given = new ArrayList<>();
            for (int i = 0; i < 300; i++) { // more than there is room for, if a place were lost with each
                given.add(batching.submit(Models.picture(i, 8, 8)));
                given.get(i).cancel(false);
            }
            CompletableFuture<BatchingClassifier.Answer> last = batching.submit(Models.picture(2, 8, 8));
            go.countDown();
            first.get(60, TimeUnit.SECONDS);
            last.get(60, TimeUnit.SECONDS);
            assertThat(sizes).containsExactly(1, 1);
        }
    }
}
