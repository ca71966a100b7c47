package io.halflight.app.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may ask: holders of the token, and no page of another site that happens to be open in somebody's browser. */
public final class Access {
    private static final String ADDRESS = "\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.%]+]";

    private final Set<String> names = new HashSet<>(Set.of("localhost"));
    private final byte @Nullable [] token;

    /**
     * Addresses in numbers, {@code localhost} and the name of this machine are its own; other names only if they are given, for whoever owns a name
     * can let it lead here.
     *
     * @param names others under which clients know the server, such as that of a proxy before it
     * @param token that callers must send; null for anybody
     */
    public Access(List<String> names, @Nullable String token) {
        names.forEach(name -> this.names.add(name.toLowerCase(Locale.ROOT)));
        try {
            this.names.add(InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT));
        } catch (UnknownHostException e) {
            // then it has no name to be called by
        }
        this.token = token == null ? null : token.getBytes(UTF_8);
    }

    /**
     * Refuses requests that a foreign page has sent: by a name that was pointed at this machine, or straight at its address.
     *
     * @throws Refusal with 403
     */
    void requireOwnSite(Headers headers) {
        String host = headers.getFirst("Host");
        if (host == null || !isOwn(name(host))) {
            throw new Refusal(403, "this server does not answer under that name; start it with --name NAME");
        }
        String origin = headers.getFirst("Origin");
        if (origin == null) {
            return;
        }
        String from = authority(origin);
        boolean samePlace = from.equalsIgnoreCase(host);
        boolean behindProxy = names.contains(name(from)) && !name(from).equals("localhost");
        if (!samePlace && !behindProxy) {
            throw new Refusal(403, "pages of other sites may not ask this server");
        }
    }

    private boolean isOwn(String name) {
        return names.contains(name) || name.matches(ADDRESS);
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
