@NullMarked
package io.halflight.nn;

import org.jspecify.annotations.NullMarked;
