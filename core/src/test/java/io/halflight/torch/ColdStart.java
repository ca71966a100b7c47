package io.halflight.torch;

import static org.bytedeco.pytorch.global.torch.ones;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A whole process for {@link NativeTorchTest}: opens libtorch and adds two tensors. */
final class ColdStart {
    private ColdStart() {}

    /** With the argument {@code plain} libtorch is opened without unpacking it first, to see the failure by hand. */
    public static void main(String[] arguments) {
        if (arguments.length > 0 && arguments[0].equals("plain")) {
            Loader.load(torch.class);
        } else {
            NativeTorch.load();
        }
        Tensor sum = ones(2, 2).add(ones(2, 2));
        System.out.println("sum " + Tensors.item(sum.sum()));
    }
}
