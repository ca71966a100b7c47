/** Benchmarks: every figure stands beside another of the same run, and only their ratio is worth remembering. */
@NullMarked
package io.halflight.bench;

import org.jspecify.annotations.NullMarked;
