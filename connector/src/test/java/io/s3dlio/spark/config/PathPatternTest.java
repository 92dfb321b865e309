package io.s3dlio.spark.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.s3dlio.storage.Location;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathPatternTest {
  @ParameterizedTest
  @CsvSource({
    "s3://b/train/part-*/x, s3://b/train/ part-* x",
    "s3://b/*, s3://b/ *",
    "s3://b/train/*/, s3://b/train/ * ''",
    "s3://b/a//[0-9]?/b, s3://b/a// [0-9]? b",
    "s3://b/a/\\*b/c*, s3://b/a/*b/ c*",
    "s3://b/a/\\*b, s3://b/a/*b",
    "s3://b/a\\\\b/, s3://b/a\\b/",
    "file:///tmp/{a}/b, file:///tmp/ {a} b"
  })
  void aPatternIsItsPlainDirectoryAndTheNamesBelow(String path, String expected) {
    PathPattern pattern = PathPattern.expand(Location.parse(path)).get(0);

    StringBuilder text = new StringBuilder(pattern.plain().toString());
    pattern
        .names()
        .forEach(name -> text.append(' ').append(name.toString().isEmpty() ? "''" : name));
    assertThat(text).hasToString(expected);
  }

  @Test
  void bracesThatHoldSlashesAreAlternatives() {
    assertThat(PathPattern.expand(Location.parse("s3://b/{a/x,c*,d/{e,f}/g}/h")))
        .extracting(pattern -> pattern.plain() + " " + pattern.names())
        .containsExactly("s3://b/a/x/h []", "s3://b/ [c*, h]", "s3://b/d/ [{e,f}, g, h]");
  }

  @Test
  void aPatternMayHoldWhatItsNamesLeadToOrPast() {
    PathPattern pattern = PathPattern.expand(Location.parse("s3://b/t*/x/?")).get(0);

    for (List<String> place :
        List.of(
            List.<String>of(), List.of("t1"), List.of("t1", "x"), List.of("t", "x", "y", "z"))) {
      assertThat(pattern.mayHold(place)).as("%s", place).isTrue();
    }
    for (List<String> place :
        List.of(List.of("out"), List.of("t1", "y"), List.of("t", "x", "yy"))) {
      assertThat(pattern.mayHold(place)).as("%s", place).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3://b/[a", "s3://b/{a", "s3://b/{a/b", "s3://b/a\\"})
  void whatIsNoGlobIsRefusedWithTheRemedy(String path) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PathPattern.expand(Location.parse(path)))
        .withMessageContaining("Invalid path: '%s' (it is no glob", path)
        .withMessageContaining("option(\"globPaths\", false)");
  }

  @Test
  void onlySpecialCharactersMakeAPattern() {
    for (char c : "{}[]*?\\".toCharArray()) {
      assertThat(PathPattern.isPattern(Location.parse("s3://b/a" + c))).isTrue();
    }
    assertThat(PathPattern.isPattern(Location.parse("s3://b/a b%20+,!^-#()é"))).isFalse();
  }

  @Test
  void aWildcardDoesNotStandForWhatHidesAName() {
    for (String glob : List.of("*", "?*", "[^a]*", "*b")) {
      assertThat(new NamePattern(glob).matches("_ab")).as(glob).isTrue();
      assertThat(new NamePattern(glob).finds("_ab")).as(glob).isFalse();
      assertThat(new NamePattern(glob).finds(".ab")).as(glob).isFalse();
      assertThat(new NamePattern(glob).finds("x_b")).as(glob).isTrue();
    }
    for (String glob : List.of("_*", "{_ab,c}", "[_.]*", "_ab", "\\_*")) {
      assertThat(new NamePattern(glob).finds("_ab")).as(glob).isTrue();
      assertThat(new NamePattern(glob).findsNoHidden()).as(glob).isFalse();
    }
    assertThat(new NamePattern("*").finds("_k=v")).isTrue();
    assertThat(new NamePattern("_*").finds("_k._COPYING_")).isFalse();
    assertThat(new NamePattern("*").findsNoHidden()).isTrue();
  }
}
