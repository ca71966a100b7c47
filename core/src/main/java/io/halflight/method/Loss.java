package io.halflight.method;

import io.halflight.nn.Recompute;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A scalar to minimise.
 *
 * @param total scalar with a gradient
 * @param parts named scalars for the log, without gradient; read only now and then, since reading waits for the device
 * @param backward adds the gradients of {@code total} to those of the parameters; called once, outside autocast; has to end with {@link
 *     Recompute#finish}
 */
public record Loss(Tensor total, Map<String, Tensor> parts, Runnable backward) {
    public Loss(Tensor total, Map<String, Tensor> parts) {
        this(total, parts, () -> {
            total.backward();
            Recompute.finish();
        });
    }

    public Loss(Tensor total) {
        this(total, Map.of());
    }
}
