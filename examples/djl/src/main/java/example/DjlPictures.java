package example;

import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.Batchifier;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import java.nio.file.Path;
import java.util.List;

/** Names the class of a picture by a model that was exported with {@code halflight export RUN --torchscript FILE --preprocess}. */
public final class DjlPictures {
    private DjlPictures() {}

    /** Takes the exported file, channels (1 or 3) and side of the pictures it was trained on, as the export says, class names separated by commas, and pictures. */
    public static void main(String[] args) throws Exception {
        Criteria<Image, Classifications> criteria = Criteria.builder()
                .setTypes(Image.class, Classifications.class)
                .optModelPath(Path.of(args[0]))
                .optEngine("PyTorch")
                .optTranslator(new Bytes(Integer.parseInt(args[1]), Integer.parseInt(args[2]), List.of(args[3].split(","))))
                .build();
        try (ZooModel<Image, Classifications> model = criteria.loadModel();
                Predictor<Image, Classifications> predictor = model.newPredictor()) {
            for (int i = 4; i < args.length; i++) {
                Image picture = ImageFactory.getInstance().fromFile(Path.of(args[i]));
                System.out.println(args[i] + "  " + predictor.predict(picture).best());
            }
        }
    }

    /** The whole picture, squeezed into the model's square, as bytes: with {@code --preprocess} the network scales them itself. */
    private record Bytes(int channels, int side, List<String> classes) implements Translator<Image, Classifications> {
        @Override
        public NDList processInput(TranslatorContext context, Image picture) {
            Image resized = picture.resize(side, side, false);
            NDArray pixels = resized.toNDArray(
                    context.getNDManager(), channels == 1 ? Image.Flag.GRAYSCALE : Image.Flag.COLOR); // uint8 [H, W, C]
            return new NDList(pixels.transpose(2, 0, 1)); // [C, H, W]
        }

        @Override
        public Classifications processOutput(TranslatorContext context, NDList outputs) {
            return new Classifications(classes, outputs.singletonOrThrow().softmax(0)); // [K]
        }

        @Override
        public Batchifier getBatchifier() {
            return Batchifier.STACK;
        }
    }
}
