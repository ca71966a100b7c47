package io.halflight.app.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import java.net.InetAddress;
import java.net.URI;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may ask: holders of the token, and no page of another site that happens to be open in the user's browser. */
final class Access {
    private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");

    private final boolean local;
    private final byte @Nullable [] token;

    /** @param token null for anybody */
    Access(InetAddress bound, @Nullable String token) {
        local = bound.isLoopbackAddress();
        this.token = token == null ? null : token.getBytes(UTF_8);
    }

    /**
     * Refuses requests that a foreign page has sent: by a name that was pointed at this machine, or straight at its address.
     *
     * @throws Refusal with 403
     */
    void requireOwnSite(Headers headers) {
        String host = headers.getFirst("Host");
        if (local && (host == null || !LOCAL.contains(name(host)))) {
            throw new Refusal(403, "this server answers under the name localhost only");
        }
        String origin = headers.getFirst("Origin");
        if (origin != null && !authority(origin).equalsIgnoreCase(String.valueOf(host))) {
            throw new Refusal(403, "pages of other sites may not ask this server");
        }
    }

    /** @throws Refusal with 401 */
    void requireToken(Headers headers) {
        if (token == null) {
            return;
        }
        String given = headers.getFirst("Authorization");
        boolean bearer = given != null && given.regionMatches(true, 0, "Bearer ", 0, 7);
        if (!bearer || !MessageDigest.isEqual(given.substring(7).strip().getBytes(UTF_8), token)) {
            throw new Refusal(401, "send the server's token as Authorization: Bearer TOKEN");
        }
    }

    private static String name(String host) {
        int port = host.lastIndexOf(':');
        boolean isPort = port > host.lastIndexOf(']');
        return (isPort ? host.substring(0, port) : host).toLowerCase(Locale.ROOT);
    }

    private static String authority(String origin) {
        try {
            return String.valueOf(URI.create(origin).getAuthority());
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
