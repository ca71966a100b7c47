package io.halflight.bundle;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

/** A file as ONNX Runtime runs it, on one thread. */
final class Onnx implements AutoCloseable {
    private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();

    private final OrtSession session;
    private final String input;

    Onnx(Path file) {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            session = ENVIRONMENT.createSession(file.toString(), options);
            input = session.getInputNames().iterator().next();
        } catch (OrtException e) {
            throw new AssertionError(e);
        }
    }

    OrtSession session() {
        return session;
    }

    float[] run(float[] values, long... shape) {
        try (OnnxTensor x = OnnxTensor.createTensor(ENVIRONMENT, FloatBuffer.wrap(values), shape)) {
            return run(x);
        } catch (OrtException e) {
            throw new AssertionError(e);
        }
    }

    float[] run(byte[] values, long... shape) {
        try (OnnxTensor x = OnnxTensor.createTensor(ENVIRONMENT, ByteBuffer.wrap(values), shape, OnnxJavaType.UINT8)) {
            return run(x);
        } catch (OrtException e) {
            throw new AssertionError(e);
        }
    }

    private float[] run(OnnxTensorLike x) throws OrtException {
        try (OrtSession.Result result = session.run(Map.of(input, x))) {
            FloatBuffer y = ((OnnxTensor) result.get(0)).getFloatBuffer();
            float[] values = new float[y.remaining()];
            y.get(values);
            return values;
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new AssertionError(e);
        }
    }
}
