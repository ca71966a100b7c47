/** A model behind HTTP, for one machine or a trusted network. */
@NullMarked
package io.halflight.app.serve;

import org.jspecify.annotations.NullMarked;
