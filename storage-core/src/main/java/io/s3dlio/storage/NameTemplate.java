package io.s3dlio.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names objects by their index: {@code sample_{:06d}.npz}, {@code part-{}}, {@code {index}_of_
 * {count}}. Immutable.
 *
 * <p>A placeholder is <code>{name:0Nd}</code>. The name is {@code index} (so is no name) or {@code
 * count}; {@code 0N}, if given, pads the number with zeros to N digits, and longer numbers stay
 * whole; {@code d} may be left out. <code>{{</code> and <code>}}</code> stand for single braces.
 */
public final class NameTemplate {
  private static final Pattern PLACEHOLDER = Pattern.compile("([^:]*)(?::(.*))?", Pattern.DOTALL);
  private static final Pattern FORMAT = Pattern.compile("(?:0([1-9][0-9]?))?d?");
  private static final int MAX_WIDTH = 32;

  private final List<Part> parts;
  private final long count;

  private NameTemplate(List<Part> parts, long count) {
    this.parts = List.copyOf(parts);
    this.count = count;
  }

  /**
   * Parses a template.
   *
   * @param count how many objects will be named; negative if that is not known
   * @throws IllegalArgumentException if the template is malformed, if it would give two objects the
   *     same name, or if its names would not be plain keys below a prefix (see {@link
   *     #requireSafe})
   */
  public static NameTemplate parse(String template, long count) {
    List<Part> parts = split(template, count);
    // The text around an index is the same in every name and padding never cuts, so one is enough.
    if (count != 0 && count != 1 && parts.stream().noneMatch(Index.class::isInstance)) {
      throw invalid(
          template,
          "without an index placeholder such as {:06d} %s would have one name"
              .formatted(count < 0 ? "all objects" : count + " objects"));
    }
    NameTemplate parsed = new NameTemplate(parts, count);
    // The last name is the longest; in everything else that matters all names are alike.
    NameRules.broken(parsed.name(parsed.lastIndex()))
        .ifPresent(
            rule -> {
              throw invalid(template, rule);
            });
    return parsed;
  }

  private long lastIndex() {
    return count < 0 ? Long.MAX_VALUE : Math.max(0, count - 1);
  }

  private static List<Part> split(String template, long count) {
    List<Part> parts = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (at < template.length()) {
      char c = template.charAt(at);
      if (c != '{' && c != '}') {
        text.append(c);
        at++;
      } else if (at + 1 < template.length() && template.charAt(at + 1) == c) {
        text.append(c);
        at += 2;
      } else {
        int end = c == '{' ? template.indexOf('}', at) : -1;
        if (end < 0) {
          throw invalid(
              template,
              "the '%s' at %d is unbalanced; write %s for itself".formatted(c, at, "" + c + c));
        }
        parts.add(new Text(text.toString()));
        text.setLength(0);
        parts.add(placeholder(template, template.substring(at + 1, end), count));
        at = end + 1;
      }
    }
    parts.add(new Text(text.toString()));
    return parts;
  }

  private static Part placeholder(String template, String content, long count) {
    Matcher matcher = PLACEHOLDER.matcher(content);
    if (!matcher.matches()) {
      throw invalid(template, "{%s} is no placeholder".formatted(NameRules.printable(content)));
    }
    int width = matcher.group(2) == null ? 0 : width(template, matcher.group(2));
    return switch (matcher.group(1)) {
      case "", "index" -> new Index(width);
      case "count" -> count(template, count, width);
      default ->
          throw invalid(
              template,
              "unknown placeholder {%s}; known: {}, {index}, {count}"
                  .formatted(NameRules.printable(matcher.group(1))));
    };
  }

  private static Text count(String template, long count, int width) {
    if (count < 0) {
      throw invalid(template, "{count} stands for a number that is not known here");
    }
    StringBuilder number = new StringBuilder();
    appendPadded(number, count, width);
    return new Text(number.toString());
  }

  private static int width(String template, String format) {
    Matcher matcher = FORMAT.matcher(format);
    int width =
        !matcher.matches() ? -1 : matcher.group(1) == null ? 0 : Integer.parseInt(matcher.group(1));
    if (width < 0 || width > MAX_WIDTH) {
      throw invalid(
          template,
          "bad width '%s': write 06d for six digits, at most 0%dd"
              .formatted(NameRules.printable(format), MAX_WIDTH));
    }
    return width;
  }

  /**
   * Returns the name of the object with this index.
   *
   * @throws IllegalArgumentException if the index is not one of those to be named
   */
  public String name(long index) {
    if (index < 0 || index > lastIndex()) {
      throw new IllegalArgumentException(
          "Invalid index: %d (must be in 0..%d)".formatted(index, lastIndex()));
    }
    StringBuilder name = new StringBuilder(64);
    for (Part part : parts) {
      part.append(name, index);
    }
    return name.toString();
  }

  /** Returns whether this is the name of an object. */
  public boolean matches(String name) {
    Matcher matcher = pattern().matcher(name);
    if (!matcher.matches()) {
      return false;
    }
    if (matcher.groupCount() == 0) {
      return true;
    }
    try {
      long index = Long.parseLong(matcher.group(1));
      return index <= lastIndex() && name(index).equals(name);
    } catch (NumberFormatException e) {
      // More digits than an index has.
      return false;
    }
  }

  private Pattern pattern() {
    StringBuilder regex = new StringBuilder();
    for (Part part : parts) {
      regex.append(part instanceof Text text ? Pattern.quote(text.text()) : "([0-9]+)");
    }
    return Pattern.compile(regex.toString());
  }

  /**
   * Returns the name if it is a key below a prefix: relative, with no empty, {@code .} or {@code
   * ..} component, no control character, no backslash, no unpaired surrogate, not hidden from reads
   * (as Spark's file sources have it, no component begins with {@code .}, or with {@code _} unless
   * it has an {@code =}, or ends with {@code ._COPYING_}), at most 1024 bytes as UTF-8 and 255 in a
   * component.
   *
   * @throws IllegalArgumentException saying which rule the name breaks
   */
  public static String requireSafe(String name) {
    return require(name, NameRules.broken(name));
  }

  /**
   * Returns the name if it is one that {@link #requireSafe} takes, or would but for being hidden.
   *
   * @throws IllegalArgumentException saying which rule the name breaks
   */
  public static String requirePlain(String name) {
    return require(name, NameRules.broken(name, true));
  }

  private static String require(String name, Optional<String> broken) {
    broken.ifPresent(
        rule -> {
          throw new IllegalArgumentException(
              "Invalid name: '%s' (%s)".formatted(NameRules.printable(name), rule));
        });
    return name;
  }

  private static IllegalArgumentException invalid(String template, String rule) {
    return new IllegalArgumentException(
        "Invalid name template: '%s' (%s)".formatted(NameRules.printable(template), rule));
  }

  private static void appendPadded(StringBuilder target, long number, int width) {
    int digits = 1;
    for (long rest = number / 10; rest > 0; rest /= 10) {
      digits++;
    }
    for (int i = digits; i < width; i++) {
      target.append('0');
    }
    target.append(number);
  }

  private sealed interface Part {
    void append(StringBuilder name, long index);
  }

  private record Text(String text) implements Part {
    @Override
    public void append(StringBuilder name, long index) {
      name.append(text);
    }
  }

  private record Index(int width) implements Part {
    @Override
    public void append(StringBuilder name, long index) {
      appendPadded(name, index, width);
    }
  }
}
