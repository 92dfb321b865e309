package io.s3dlio.spark.config;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.function.Function;

/**
 * One option: everything there is to say of it. Immutable.
 *
 * @param <T> the type of its value
 */
public final class OptionKey<T> {
  private final String name;
  private final Scope scope;
  private final String type;
  private final String defaultText;
  private final String doc;
  private final Function<String, T> parser;
  private final Optional<String> sparkSetting;
  private final boolean secret;

  /**
   * @param defaultText the default as a user would write it; empty if there is none
   * @param parser throws {@link IllegalArgumentException} with the rule that a value breaks
   * @param sparkSetting the session setting of Spark's own that gives the default
   */
  OptionKey(
      String name,
      Scope scope,
      String type,
      String defaultText,
      String doc,
      Function<String, T> parser,
      Optional<String> sparkSetting) {
    this(name, scope, type, defaultText, doc, parser, sparkSetting, false);
  }

  private OptionKey(
      String name,
      Scope scope,
      String type,
      String defaultText,
      String doc,
      Function<String, T> parser,
      Optional<String> sparkSetting,
      boolean secret) {
    this.name = requireNonNull(name);
    this.scope = requireNonNull(scope);
    this.type = requireNonNull(type);
    this.defaultText = requireNonNull(defaultText);
    this.doc = requireNonNull(doc);
    this.parser = requireNonNull(parser);
    this.sparkSetting = requireNonNull(sparkSetting);
    this.secret = secret;
  }

  /** Returns this option as one whose value nobody but its store may see. */
  OptionKey<T> asSecret() {
    return new OptionKey<>(name, scope, type, defaultText, doc, parser, sparkSetting, true);
  }

  /** Returns whether the value is shown nowhere. */
  public boolean isSecret() {
    return secret;
  }

  public String name() {
    return name;
  }

  public Scope scope() {
    return scope;
  }

  /** Returns the type and its bounds, for people. */
  public String type() {
    return type;
  }

  /** Returns the default as a user would write it; empty if there is none. */
  public String defaultText() {
    return defaultText;
  }

  public String doc() {
    return doc;
  }

  /** Returns the setting of Spark's own that gives the default. */
  public Optional<String> sparkSetting() {
    return sparkSetting;
  }

  /**
   * Parses a value.
   *
   * @throws IllegalArgumentException "Invalid &lt;option&gt;: &lt;value&gt; (&lt;rule&gt;)"
   */
  T parse(String value) {
    try {
      return parser.apply(value.strip());
    } catch (IllegalArgumentException e) {
      if (secret) {
        // Neither the value nor a cause that may repeat it.
        throw new IllegalArgumentException("Invalid %s".formatted(name));
      }
      throw new IllegalArgumentException(
          "Invalid %s: '%s' (%s)".formatted(name, value, e.getMessage()), e);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
