package io.halflight.data;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Picture files made on the spot. */
final class TestPictures {
    private TestPictures() {}

    /** The left half in one colour, the right half in another. */
    static BufferedImage halves(int width, int height, Color left, Color right) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(left);
        graphics.fillRect(0, 0, width, height);
        graphics.setColor(right);
        graphics.fillRect(width / 2, 0, width - width / 2, height);
        graphics.dispose();
        return image;
    }

    /** Something like a photograph: smooth slopes and a disc, different for each number. */
    static BufferedImage scene(int width, int height, int number) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        Color sky = Color.getHSBColor(number * 0.37f, 0.6f, 0.9f);
        Color ground = Color.getHSBColor(number * 0.37f + 0.4f, 0.8f, 0.4f);
        graphics.setPaint(new GradientPaint(0, 0, sky, width, height, ground));
        graphics.fillRect(0, 0, width, height);
        graphics.setColor(Color.WHITE);
        graphics.fillOval(width / 4 + number, height / 4, width / 3, height / 3);
        graphics.dispose();
        return image;
    }

    static byte[] encode(BufferedImage image, String format) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, format, out)) {
                throw new IllegalArgumentException("no writer for " + format);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static Path write(Path file, byte[] bytes) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.write(file, bytes);
    }

    static Path photograph(Path file, int width, int height, int number) throws IOException {
        return write(file, encode(scene(width, height, number), "jpg"));
    }

    /** Red, green and blue of one pixel. */
    static int[] rgb(Picture picture, int x, int y) {
        int area = picture.height() * picture.width();
        int at = y * picture.width() + x;
        byte[] pixels = picture.pixels();
        return new int[] {pixels[at] & 0xFF, pixels[area + at] & 0xFF, pixels[2 * area + at] & 0xFF};
    }
}
