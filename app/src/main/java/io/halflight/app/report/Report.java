package io.halflight.app.report;

import io.halflight.HalflightException;
import io.halflight.data.Picture;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code report.html} into a run's directory: one page that holds everything it shows, runs no script and makes
 * no request. It reads {@code run.json}, {@code results.json}, {@code predictions.csv}, {@code map.json}, {@code recipe.yaml} and the
 * logs of the stages; whatever is missing is named on the page.
 */
public final class Report {
    static final String FILE = "report.html";

    /** Longest side of an embedded picture in pixels: twice a tile's, for dense screens. */
    private static final int LONGEST = 192;

    private Report() {}

    /**
     * Writes the report of a run that is finished or still going on.
     *
     * @param pictures for the thumbnails; null to leave them out
     * @return the file
     * @throws HalflightException if there is no such directory, or it cannot be written to
     */
    public static Path write(Path runDirectory, @Nullable PictureSource pictures) {
        if (!Files.isDirectory(runDirectory)) {
            throw HalflightException.usage(
                    "There is no run directory " + runDirectory + "; name the one given to --out.");
        }
        Path file = runDirectory.resolve(FILE);
        Path side = runDirectory.resolve(FILE + ".tmp");
        try {
            Files.writeString(side, Page.html(RunData.read(runDirectory), pictures));
            return Files.move(side, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw HalflightException.run(
                    "The report " + file + " cannot be written (" + e.getMessage()
                            + "); make room or permissions there.",
                    e);
        }
    }

    /** A picture as a PNG file, reduced to at most {@value #LONGEST} pixels a side. */
    public static byte[] png(Picture picture) {
        BufferedImage image = reduced(image(picture));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return bytes.toByteArray();
    }

    private static BufferedImage image(Picture picture) {
        int area = picture.height() * picture.width();
        BufferedImage image = new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < area; i++) {
            int rgb = 0;
            for (int c = 0; c < 3; c++) {
                int plane = picture.channels() == 3 ? c : 0;
                rgb = (rgb << 8) | (picture.pixels()[plane * area + i] & 0xff);
            }
            image.setRGB(i % picture.width(), i / picture.width(), rgb);
        }
        return image;
    }

    /** Halves until one step is left, because a single large bilinear step skips pixels. */
    private static BufferedImage reduced(BufferedImage image) {
        int longest = Math.max(image.getWidth(), image.getHeight());
        if (longest <= LONGEST) {
            return image;
        }
        double factor = Math.max(0.5, (double) LONGEST / longest);
        int width = Math.max(1, (int) Math.round(image.getWidth() * factor));
        int height = Math.max(1, (int) Math.round(image.getHeight() * factor));
        BufferedImage smaller = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = smaller.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.drawImage(image, 0, 0, width, height, null);
        graphics.dispose();
        return reduced(smaller);
    }
}
