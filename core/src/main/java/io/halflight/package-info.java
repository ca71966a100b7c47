/** Image classifiers from few labels and many unlabelled pictures. */
@NullMarked
package io.halflight;

import org.jspecify.annotations.NullMarked;
