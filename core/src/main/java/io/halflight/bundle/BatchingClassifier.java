package io.halflight.bundle;

import io.halflight.HalflightException;
import io.halflight.data.Picture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
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

    /** Views that wait at the most: 150 MB of pictures of side 224. */
    private static final int MOST_WAITING = 256;

    private record Pending(float[] view, CompletableFuture<Answer> answer) {}

    private final Classifier classifier;
    private final IntConsumer observer;
    private final BlockingQueue<Pending> pending = new LinkedBlockingQueue<>();
    private final Semaphore room = new Semaphore(MOST_WAITING);
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
     * Resizes the picture on this thread and hands it to the network; waits as long as {@value #MOST_WAITING} others wait. After the end, the
     * answer fails. One that was cancelled is not worked on.
     *
     * @throws HalflightException if the thread is interrupted meanwhile
     */
    public CompletableFuture<Answer> submit(Picture picture) {
        try {
            room.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw HalflightException.run("interrupted while waiting for the network", e);
        }
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        var unused = answer.whenComplete((done, failure) -> room.release());
        try {
            Pending one = new Pending(classifier.view(picture), answer);
            pending.add(one);
            if (closed) { // perhaps after the worker looked for the last time
                fail(one);
            }
            return answer;
        } catch (RuntimeException | Error e) {
            answer.cancel(false);
            throw e;
        }
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
            batch.removeIf(one -> one.answer().isDone()); // nobody waits for it any more
            if (!batch.isEmpty()) {
                answer(batch);
            }
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
