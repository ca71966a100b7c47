@NullMarked
package io.halflight.torch;

import org.jspecify.annotations.NullMarked;
