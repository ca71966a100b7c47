package io.halflight.torch;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * While open, this thread's matrix products and convolutions run in bfloat16. Opened around the forward pass only: closed
 * before {@code backward}, which follows the formats of the forward pass by itself. May be nested; closing restores what
 * was before.
 */
public final class Autocast implements AutoCloseable {
    static {
        NativeTorch.load();
    }

    private final DeviceType device;
    private final boolean changes;
    private final boolean enabledBefore;
    private final ScalarType typeBefore;

    private Autocast(DeviceType device, boolean changes, boolean enable) {
        this.device = device;
        this.changes = changes;
        enabledBefore = torch.is_autocast_enabled(device);
        typeBefore = torch.get_autocast_dtype(device);
        if (changes) {
            torch.increment_nesting();
            torch.set_autocast_dtype(device, ScalarType.BFloat16);
            torch.set_autocast_enabled(device, enable);
        }
    }

    /** Opens a region; {@link Precision#FP32} leaves everything as it is. */
    public static Autocast of(Device device, Precision precision) {
        return new Autocast(device.type(), precision.resolve(device) == Precision.BF16, true);
    }

    /** Whether a region in bfloat16 is open on this thread. */
    public static boolean isOn(Device device) {
        return torch.is_autocast_enabled(device.type());
    }

    /** Opens a region in full precision inside another one, as losses need it: a cosine in bfloat16 has three digits. */
    public static Autocast off(Device device) {
        return new Autocast(device.type(), true, false);
    }

    @Override
    public void close() {
        if (!changes) {
            return;
        }
        torch.set_autocast_enabled(device, enabledBefore);
        torch.set_autocast_dtype(device, typeBefore);
        if (torch.decrement_nesting() == 0) {
            torch.clear_cache(); // the bfloat16 copies of the weights, stale after the next update
        }
    }
}
