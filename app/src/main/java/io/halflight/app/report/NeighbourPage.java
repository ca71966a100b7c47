package io.halflight.app.report;

import java.util.List;
import java.util.Locale;

/** A page of its own with a picture and those that are most like it. */
public final class NeighbourPage {
    private NeighbourPage() {}

    /**
     * One picture.
     *
     * @param path as it is shown, and as the pictures are asked for it
     * @param cosine in [-1, 1]
     */
    public record Tile(String path, double cosine) {}

    /** The page, with nothing to be loaded from elsewhere. */
    public static String html(String query, List<Tile> tiles, PictureSource pictures) {
        Markup m = new Markup();
        Page.head(m, "Like " + query, "The pictures most like " + query);
        m.open("body").open("main");
        m.open("header");
        m.open("p", "class", "eyebrow")
                .element("b", "Halflight")
                .text(" neighbours")
                .close("p");
        m.element("h1", query);
        m.open("ul", "class", "tiles").open("li");
        PictureGrid.picture(m, query, query, pictures);
        m.close("li").close("ul");
        m.close("header");
        m.open("section").open("div", "class", "side");
        m.element("h2", "Most like it");
        m.element("p", "The number is the cosine of the features: 1 for pictures that the network cannot tell apart.");
        m.close("div").open("div", "class", "main").open("ul", "class", "tiles");
        for (Tile tile : tiles) {
            m.open("li");
            PictureGrid.picture(m, tile.path(), tile.path(), pictures);
            m.open("span", "class", "said")
                    .element("b", String.format(Locale.ROOT, "%.3f", tile.cosine()))
                    .close("span");
            m.element("span", name(tile.path()), "class", "truth");
            m.close("li");
        }
        m.close("ul").close("div").close("section").close("main").close("body").close("html");
        return m.page();
    }

    private static String name(String path) {
        return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    }
}
