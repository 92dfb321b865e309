package io.s3dlio.spark.config;

import io.s3dlio.storage.HiddenNames;
import java.io.IOException;
import org.apache.hadoop.fs.GlobFilter;
import org.apache.hadoop.fs.GlobPattern;

/**
 * Hadoop's glob over one name: {@code *}, {@code ?}, {@code [a-c]}, {@code [^a]}, {@code {a,b}},
 * and a backslash before what stands for itself. Immutable.
 */
public final class NamePattern {
  /** The characters that mean something in a glob. */
  private static final String SPECIAL = "{}[]*?\\";

  /** In place of the first character of a hidden name: one that nobody writes in a pattern. */
  private static final char NO_NAMES = '\ue000';

  private final String text;
  private final GlobPattern glob;
  private final boolean wildcard;

  /**
   * @throws IllegalArgumentException with what is wrong with the pattern
   */
  public NamePattern(String text) {
    this.text = text;
    try {
      this.wildcard = new GlobFilter(text).hasPattern();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "must be a glob, of which special characters stand behind a backslash: " + e.getMessage(),
          e);
    }
    this.glob = new GlobPattern(text);
  }

  /** Returns whether a text has a character that means something in a glob. */
  static boolean isSpecial(String text) {
    return text.chars().anyMatch(c -> SPECIAL.indexOf(c) >= 0);
  }

  /** Returns whether more than one name may match. */
  public boolean hasWildcard() {
    return wildcard;
  }

  /** Returns the one name that matches a pattern without a wildcard. */
  public String literal() {
    StringBuilder name = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '\\') {
        i++;
      }
      name.append(text.charAt(i));
    }
    return name.toString();
  }

  /** Returns what every matching name begins with, as far as it is plain. */
  public String plainStart() {
    int end = 0;
    while (end < text.length() && SPECIAL.indexOf(text.charAt(end)) < 0) {
      end++;
    }
    return text.substring(0, end);
  }

  /** Returns whether it is clear that this finds no hidden name. */
  public boolean findsNoHidden() {
    return !text.isEmpty() && "_.[{\\".indexOf(text.charAt(0)) < 0;
  }

  /** Returns whether a name matches. */
  public boolean matches(String name) {
    return glob.matches(name);
  }

  /** Returns whether a name matches and is not hidden, or hidden and named as such. */
  public boolean finds(String name) {
    return matches(name)
        && (!HiddenNames.hides(name)
            || (!name.endsWith(HiddenNames.COPYING) && !matches(NO_NAMES + name.substring(1))));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NamePattern pattern && text.equals(pattern.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
