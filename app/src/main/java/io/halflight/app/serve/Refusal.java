package io.halflight.app.serve;

/** Ends a request with a status other than 200 and a sentence for who sent it. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    Refusal(int status, String message) {
        super(message, null, false, false); // an answer, not a fault: nobody needs its stack
        this.status = status;
    }

    int status() {
        return status;
    }
}
