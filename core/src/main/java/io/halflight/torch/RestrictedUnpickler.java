package io.halflight.torch;

import io.halflight.HalflightException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a pickle that describes tensors, and no other. A pickle is a program for a stack machine that may call anything
 * in Python; this machine knows the instructions that tensors need and the closed list of names in {@link PickleCalls}.
 * No class is loaded, created or called by name. What comes out are maps, lists, tuples, texts, numbers and places of
 * tensors.
 */
final class RestrictedUnpickler {
    /** With {@link #MAX_STEPS} and {@link #MAX_MEMO} room for some hundred thousand tensors, and for hardly more. */
    static final int MAX_PICKLE = 32 << 20;

    /** Each instruction makes one value at most, so that this also limits the memory that values take. */
    private static final int MAX_STEPS = 4_000_000;

    private static final int MAX_MEMO = 1 << 20;
    private static final int MAX_DEPTH = 64;

    private static final int PROTOCOL = 0x80;

    /** Python's None, and the mark that stands below the items of a container. */
    enum Constant {
        NONE,
        MARK
    }

    /** Equal to itself only: comparing by content would take forever on tuples of tuples of tuples. */
    static final class Tuple {
        final List<Object> items;

        Tuple(List<Object> items) {
            this.items = items;
        }
    }

    private final PickleInput in;
    private final PickleCalls calls;
    private final List<Object> stack = new ArrayList<>();
    private @Nullable Object[] memo = new Object[64];
    private int memoized;

    private RestrictedUnpickler(PickleInput in) {
        this.in = in;
        this.calls = new PickleCalls(in);
    }

    /**
     * The value that a pickle describes; it contains itself nowhere.
     *
     * @param file named in errors
     * @throws HalflightException if the pickle is damaged, too large, or asks for anything that weights do not need
     */
    static Object read(Path file, byte[] pickle) {
        PickleInput in = new PickleInput(file, pickle);
        if (pickle.length == 0 || (pickle[0] & 0xFF) != PROTOCOL) {
            throw in.damaged("does not begin with a protocol");
        }
        RestrictedUnpickler unpickler = new RestrictedUnpickler(in);
        Object value = unpickler.run();
        unpickler.checkNesting(value, 0, identitySet(), identitySet());
        return value;
    }

    private Object run() {
        for (int step = 0; step < MAX_STEPS; step++) {
            int instruction = in.unsigned(1);
            if (instruction == '.') { // STOP
                Object value = pop();
                if (!stack.isEmpty()) {
                    throw in.damaged("ends with values left over");
                }
                return value;
            }
            execute(instruction);
        }
        throw in.damaged("has more than %d instructions".formatted(MAX_STEPS));
    }

    private void execute(int instruction) {
        switch (instruction) {
            case PROTOCOL -> protocol(in.unsigned(1));
            case 0x95 -> in.frame(); // FRAME
            case 'q' -> remember(in.unsigned(1)); // BINPUT
            case 'r' -> remember(in.unsigned(4)); // LONG_BINPUT
            case 0x94 -> remember(memoized); // MEMOIZE
            case 'h' -> recall(in.unsigned(1)); // BINGET
            case 'j' -> recall(in.unsigned(4)); // LONG_BINGET
            case '(' -> stack.add(Constant.MARK);
            case '}' -> stack.add(new LinkedHashMap<Object, Object>()); // EMPTY_DICT
            case ']' -> stack.add(new ArrayList<Object>()); // EMPTY_LIST
            case ')' -> stack.add(new Tuple(List.of())); // EMPTY_TUPLE
            case 't' -> stack.add(new Tuple(popToMark())); // TUPLE
            case 0x85 -> stack.add(new Tuple(pop(1))); // TUPLE1
            case 0x86 -> stack.add(new Tuple(pop(2))); // TUPLE2
            case 0x87 -> stack.add(new Tuple(pop(3))); // TUPLE3
            case 'X' -> stack.add(in.text(in.unsigned(4))); // BINUNICODE
            case 0x8c -> stack.add(in.text(in.unsigned(1))); // SHORT_BINUNICODE
            case 'J' -> stack.add((long) in.unsigned(4)); // BININT
            case 'K' -> stack.add((long) in.unsigned(1)); // BININT1
            case 'M' -> stack.add((long) in.unsigned(2)); // BININT2
            case 0x8a -> stack.add(in.integer(in.unsigned(1))); // LONG1
            case 'G' -> stack.add(in.real()); // BINFLOAT
            case 'N' -> stack.add(Constant.NONE);
            case 0x88 -> stack.add(true); // NEWTRUE
            case 0x89 -> stack.add(false); // NEWFALSE
            case 'c' -> stack.add(calls.global(in.line(), in.line())); // GLOBAL
            case 0x93 -> stackGlobal();
            case 'Q' -> stack.add(calls.storage(pop())); // BINPERSID
            case 'R' -> reduce();
            case 'b' -> build();
            case 's' -> setItems(pop(2)); // SETITEM
            case 'u' -> setItems(popToMark()); // SETITEMS
            case 'a' -> append(pop(1)); // APPEND
            case 'e' -> append(popToMark()); // APPENDS
            default ->
                throw in.damaged("uses instruction 0x%02x at byte %d, which tensors do not need"
                        .formatted(instruction, in.position() - 1));
        }
    }

    private void protocol(int version) {
        if (version < 2 || version > 5) {
            throw in.damaged("is of protocol %d, known are 2 to 5".formatted(version));
        }
    }

    private void remember(int index) {
        if (index < 0 || index >= MAX_MEMO) {
            throw in.damaged("remembers more than %d values".formatted(MAX_MEMO));
        }
        if (index >= memo.length) {
            memo = Arrays.copyOf(memo, Math.max(index + 1, 2 * memo.length));
        }
        Object value = top();
        memoized += memo[index] == null ? 1 : 0;
        memo[index] = value;
    }

    private void recall(int index) {
        Object value = index < 0 || index >= memo.length ? null : memo[index];
        if (value == null) {
            throw in.damaged("refers to value %s, which it never made".formatted(Integer.toUnsignedString(index)));
        }
        stack.add(value);
    }

    private void stackGlobal() {
        List<Object> names = pop(2);
        if (!(names.get(0) instanceof String module) || !(names.get(1) instanceof String name)) {
            throw in.damaged("names a global by something other than texts");
        }
        stack.add(calls.global(module, name));
    }

    private void reduce() {
        List<Object> call = pop(2);
        stack.add(calls.call(call.get(0), call.get(1)));
    }

    /** Attributes of a dictionary, such as a state's {@code _metadata}, are dropped. */
    private void build() {
        Object state = pop();
        if (!(state instanceof Map) || !(top() instanceof Map)) {
            throw in.damaged("sets attributes of something other than a dictionary");
        }
    }

    @SuppressWarnings("unchecked") // all maps here are made here
    private void setItems(List<Object> items) {
        if (!(top() instanceof Map<?, ?> map) || items.size() % 2 != 0) {
            throw in.damaged("puts keys and values into something other than a dictionary");
        }
        for (int i = 0; i < items.size(); i += 2) {
            Object key = items.get(i);
            if (key instanceof Map || key instanceof List) {
                throw in.damaged("has a dictionary or list for a key");
            }
            ((Map<Object, Object>) map).put(key, items.get(i + 1));
        }
    }

    @SuppressWarnings("unchecked") // all lists here are made here
    private void append(List<Object> items) {
        if (!(top() instanceof List<?> list)) {
            throw in.damaged("appends to something other than a list");
        }
        ((List<Object>) list).addAll(items);
    }

    private Object top() {
        if (stack.isEmpty() || stack.get(stack.size() - 1) == Constant.MARK) {
            throw in.damaged("takes a value where there is none");
        }
        return stack.get(stack.size() - 1);
    }

    private Object pop() {
        Object value = top();
        stack.remove(stack.size() - 1);
        return value;
    }

    private List<Object> pop(int count) {
        Object[] values = new Object[count];
        for (int i = count - 1; i >= 0; i--) {
            values[i] = pop();
        }
        return List.of(values);
    }

    private List<Object> popToMark() {
        int mark = stack.size() - 1;
        while (mark >= 0 && stack.get(mark) != Constant.MARK) {
            mark--;
        }
        if (mark < 0) {
            throw in.damaged("ends a container that was never begun");
        }
        List<Object> items = List.copyOf(stack.subList(mark + 1, stack.size()));
        stack.subList(mark, stack.size()).clear();
        return items;
    }

    /** Each container is visited once, however often it occurs; {@code open} are those that hold the present one. */
    private void checkNesting(Object value, int depth, Set<Object> open, Set<Object> done) {
        if (!(value instanceof Map || value instanceof List || value instanceof Tuple) || done.contains(value)) {
            return;
        }
        if (!open.add(value)) {
            throw in.damaged("has a container that contains itself");
        }
        if (depth == MAX_DEPTH) {
            throw in.damaged("nests more than %d containers".formatted(MAX_DEPTH));
        }
        if (value instanceof Map<?, ?> map) {
            map.keySet().forEach(key -> checkNesting(key, depth + 1, open, done));
            map.values().forEach(item -> checkNesting(item, depth + 1, open, done));
        } else {
            List<?> items = value instanceof Tuple tuple ? tuple.items : (List<?>) value;
            items.forEach(item -> checkNesting(item, depth + 1, open, done));
        }
        open.remove(value);
        done.add(value);
    }

    private static Set<Object> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }
}
