package io.halflight.data;

/**
 * What a classifier says of a picture whose class is not known.
 *
 * @param path the picture's {@linkplain Dataset#id id}
 * @param label the most probable class
 * @param confidence its probability, 0 to 1
 * @param entropy of all probabilities in nats, from 0 (certain) to ln K (all K classes alike)
 * @param neighbours share of the nearest other training pictures that have the same label, 0 to 1
 */
public record PseudoLabel(String path, String label, float confidence, float entropy, float neighbours) {}
