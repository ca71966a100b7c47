package io.halflight.eval;

import io.halflight.HalflightException;
import io.halflight.torch.NativeTorch;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Proves that an encoder stayed as it was while something was learnt on top of it. Reported linear evaluations have
 * turned out to train the encoder along, which is worth several points; running statistics of batch normalisation that
 * a forgotten training mode moves are no less a leak.
 */
public final class FrozenGuard {
    private static final int SHOWN = 5;
    private static final long BLOCK = 64L << 20;

    private final Map<String, Tensor> live;
    private final Map<String, String> before;

    static {
        NativeTorch.load();
    }

    private FrozenGuard(Map<String, Tensor> live) {
        this.live = live;
        before = fingerprints(live);
    }

    /**
     * Takes the fingerprints.
     *
     * @param state live handles of the encoder's parameters and buffers by name; they must outlive {@link #check}
     */
    public static FrozenGuard of(Map<String, Tensor> state) {
        if (state.isEmpty()) {
            throw new IllegalArgumentException("an empty state cannot be guarded");
        }
        return new FrozenGuard(new LinkedHashMap<>(state));
    }

    /**
     * Takes them again. May be called any number of times.
     *
     * @throws HalflightException naming the parameters and buffers of which a bit differs
     */
    public void check() {
        Map<String, String> now = fingerprints(live);
        List<String> moved = new ArrayList<>();
        before.forEach((name, print) -> {
            if (!Objects.equals(now.get(name), print)) {
                moved.add(name);
            }
        });
        if (!moved.isEmpty()) {
            String rest = moved.size() > SHOWN ? " and " + (moved.size() - SHOWN) + " more" : "";
            throw HalflightException.run(
                    "the encoder moved while it was being evaluated, so the figures are void: %d of %d"
                                    .formatted(moved.size(), before.size())
                            + " tensors changed (" + String.join(", ", moved.subList(0, Math.min(SHOWN, moved.size())))
                            + rest
                            + "); put it in evaluation mode and give its parameters to no optimiser");
        }
    }

    private static Map<String, String> fingerprints(Map<String, Tensor> state) {
        Map<String, String> prints = new LinkedHashMap<>();
        state.forEach((name, tensor) -> prints.put(name, fingerprint(tensor)));
        return prints;
    }

    private static String fingerprint(Tensor tensor) {
        MessageDigest digest = sha256();
        try (PointerScope scope = new PointerScope()) {
            Tensor dense = tensor.detach().cpu().contiguous();
            long bytes = dense.nbytes();
            for (long at = 0; at < bytes; at += BLOCK) {
                BytePointer start = new BytePointer(dense.data_ptr());
                ByteBuffer block =
                        start.position(at).limit(Math.min(bytes, at + BLOCK)).asByteBuffer();
                digest.update(block);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
