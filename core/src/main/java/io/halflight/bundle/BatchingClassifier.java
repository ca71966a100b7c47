package io.halflight.bundle;

import io.halflight.data.Picture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.IntConsumer;

/**
 * A classifier for callers on many threads: the pictures that come in while the network is at work go through it together afterwards, up to
 * {@value Classifier#BATCH} at a time. Nobody waits for others to come. The numbers are those of {@link Classifier} to rounding: libtorch adds up
 * in another order for another size of the batch.
 */
public final class BatchingClassifier implements AutoCloseable {
    /**
     * What is known of one picture.
     *
     * @param features h, length d
     */
    public record Answer(Prediction prediction, float[] features) {}

    private record Pending(float[] view, CompletableFuture<Answer> answer) {}

    private final Classifier classifier;
    private final IntConsumer observer;
    private final BlockingQueue<Pending> pending = new LinkedBlockingQueue<>();
    private final Thread worker;
    private volatile boolean closed;

    /**
     * Begins to work.
     *
     * @param classifier stays the caller's, who closes it after this
     * @param observer hears of the size of each batch, on the thread that runs the network
     */
    public BatchingClassifier(Classifier classifier, IntConsumer observer) {
        this.classifier = classifier;
        this.observer = observer;
        worker = new Thread(this::work, "network");
        worker.setDaemon(true);
        worker.start();
    }

    /**
     * Resizes the picture on this thread and hands it to the network. How many wait is for callers to bound. After the end, the answer fails.
     *
     */
    public CompletableFuture<Answer> submit(Picture picture) {
        Pending one = new Pending(classifier.view(picture), new CompletableFuture<>());
        pending.add(one);
        if (closed) { // perhaps after the worker looked for the last time
            fail(one);
        }
        return one.answer();
    }

    /** Ends once the batch in progress is done; pictures still waiting fail. */
    @Override
    public void close() {
        closed = true;
        worker.interrupt();
        boolean interrupted = false;
        while (worker.isAlive()) {
            try {
                worker.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        pending.forEach(BatchingClassifier::fail);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void fail(Pending one) {
        one.answer().completeExceptionally(new IllegalStateException("the classifier was closed"));
    }

    private void work() {
        List<Pending> batch = new ArrayList<>();
        while (!closed) {
            try {
                batch.add(pending.take());
            } catch (InterruptedException e) {
                continue; // closed
            }
            pending.drainTo(batch, Classifier.BATCH - 1);
            answer(batch);
            batch.clear();
        }
    }

    private void answer(List<Pending> batch) {
        try {
            observer.accept(batch.size());
            List<Answer> answers =
                    classifier.answers(batch.stream().map(Pending::view).toList());
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).answer().complete(answers.get(i));
            }
        } catch (RuntimeException | OutOfMemoryError e) { // goes to those who asked
            batch.forEach(one -> one.answer().completeExceptionally(e));
        }
    }
}
