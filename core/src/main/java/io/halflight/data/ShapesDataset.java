package io.halflight.data;

import static java.util.Objects.checkIndex;

import java.util.List;

/**
 * Drawn pictures of ten figures, 32 x 32 pixels in colour: a dataset that needs no files. Figure and ground vary in
 * colour, texture, place, size, rotation, outline and what lies in the way, so that ten labels a class do not suffice to
 * learn the classes while all the labels do. A picture depends on the seed and its place alone, and is the same on
 * every machine.
 */
final class ShapesDataset implements Dataset {
    private final String spec;
    private final int train;
    private final int test;
    private final long seed;
    private final PictureCache cache;

    ShapesDataset(String spec, int train, int test, long seed) {
        this.spec = spec;
        this.train = train;
        this.test = test;
        this.seed = seed;
        cache = new PictureCache(Math.addExact(train, test));
    }

    @Override
    public String spec() {
        return spec;
    }

    @Override
    public List<String> classes() {
        return Figure.ALL.stream().map(Figure::name).toList();
    }

    @Override
    public int size() {
        return train + test;
    }

    @Override
    public String id(int index) {
        return UniformDataset.id(part(index), row(index));
    }

    @Override
    public int label(int index) {
        return row(index) % Figure.ALL.size();
    }

    @Override
    public Part part(int index) {
        return checkIndex(index, size()) < train ? Part.TRAIN : Part.TEST;
    }

    @Override
    public Picture picture(int index) {
        return cache.get(index, i -> {
            String purpose = part(i) == Part.TRAIN ? "shapes/train" : "shapes/test";
            return ShapePainter.paint(Figure.ALL.get(label(i)), Seeds.random(seed, purpose, row(i)));
        });
    }

    @Override
    public String hash(int index) {
        return Hashes.brief(picture(index).pixels());
    }

    private int row(int index) {
        return part(index) == Part.TRAIN ? index : index - train;
    }
}
