@NullMarked
package io.halflight.eval;

import org.jspecify.annotations.NullMarked;
