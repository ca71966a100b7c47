/** The report of a run: one HTML page with everything inside it, which asks nothing of the network. */
@NullMarked
package io.halflight.app.report;

import org.jspecify.annotations.NullMarked;
