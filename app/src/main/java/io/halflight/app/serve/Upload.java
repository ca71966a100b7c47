package io.halflight.app.serve;

/**
 * A picture as it came.
 *
 * @param name of its file, for messages and answers; may be empty
 * @param content of its file
 */
record Upload(String name, byte[] content) {}
