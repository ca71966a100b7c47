package io.halflight.method;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A scalar to minimise.
 *
 * @param total scalar with a gradient
 * @param parts named scalars for the log, without gradient; read only now and then, since reading waits for the device
 */
public record Loss(Tensor total, Map<String, Tensor> parts) {
    public Loss(Tensor total) {
        this(total, Map.of());
    }
}
