package io.s3dlio.storage;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What makes a name a plain key below a prefix, on every store and visible to every reader. */
final class NameRules {
  private static final int MAX_BYTES = 1024;

  /** What file systems take. */
  private static final int MAX_COMPONENT_BYTES = 255;

  private static final int SHOWN_CHARACTERS = 200;

  private NameRules() {}

  /** Returns the rule that the name breaks, or empty if it is safe and visible. */
  static Optional<String> broken(String name) {
    return broken(name, false);
  }

  /**
   * Returns the rule that the name breaks, or empty if it is safe.
   *
   * @param mayBeHidden whether reads need not see what is called so
   */
  static Optional<String> broken(String name, boolean mayBeHidden) {
    if (name.isEmpty()) {
      return Optional.of("must not be empty");
    }
    if (name.charAt(0) == '/') {
      return Optional.of("must be relative, not begin with '/'");
    }
    for (int i = 0; i < name.length(); i++) {
      if (Character.isISOControl(name.charAt(i))) {
        return Optional.of("must not contain control characters");
      }
    }
    if (name.indexOf('\\') >= 0) {
      return Optional.of("must not contain a backslash");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
      return Optional.of("must not contain an unpaired surrogate");
    }
    if (utf8Length(name) > MAX_BYTES) {
      return Optional.of("must have at most %d bytes as UTF-8".formatted(MAX_BYTES));
    }
    int start = 0;
    for (int end = name.indexOf('/'); end >= 0; end = name.indexOf('/', start)) {
      Optional<String> rule = brokenByComponent(name.substring(start, end), mayBeHidden);
      if (rule.isPresent()) {
        return rule;
      }
      start = end + 1;
    }
    return brokenByComponent(name.substring(start), mayBeHidden);
  }

  private static Optional<String> brokenByComponent(String component, boolean mayBeHidden) {
    if (component.isEmpty()) {
      return Optional.of("must not contain '//' or end with '/'");
    }
    if (component.equals(".") || component.equals("..")) {
      return Optional.of("must not contain a '%s' component".formatted(component));
    }
    if (!mayBeHidden && HiddenNames.hides(component)) {
      return Optional.of(
          component.endsWith(HiddenNames.COPYING)
              ? "must not contain a component that ends with '%s', which hides it from reads"
                  .formatted(HiddenNames.COPYING)
              : "must not contain a component that begins with '%s', which hides it from reads"
                  .formatted(component.charAt(0)));
    }
    if (utf8Length(component) > MAX_COMPONENT_BYTES) {
      return Optional.of(
          "must have at most %d bytes as UTF-8 between slashes".formatted(MAX_COMPONENT_BYTES));
    }
    return Optional.empty();
  }

  /** Returns the text as an error message shows it: messages end up in logs and terminals. */
  static String printable(String text) {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), SHOWN_CHARACTERS); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)) {
        shown.append("\\u%04x".formatted((int) c));
      } else {
        shown.append(c);
      }
    }
    return text.length() > SHOWN_CHARACTERS ? shown.append("...").toString() : shown.toString();
  }

  private static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
