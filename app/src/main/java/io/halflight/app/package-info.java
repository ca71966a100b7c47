/** The {@code halflight} command: reads arguments, calls the library, shows what happens. No learning happens here. */
@NullMarked
package io.halflight.app;

import org.jspecify.annotations.NullMarked;
