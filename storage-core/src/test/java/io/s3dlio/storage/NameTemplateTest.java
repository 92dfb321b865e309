package io.s3dlio.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NameTemplateTest {
  @ParameterizedTest
  @CsvSource({
    "sample_{:06d}.npz, 42, sample_000042.npz",
    "sample_{:06d}.npz, 1234567, sample_1234567.npz",
    "part-{}, 0, part-0",
    "part-{:d}, 10, part-10",
    "part-{:}, 10, part-10",
    "{index}_of_{count}, 99, 99_of_10000000",
    "{index:04d}, 99, 0099",
    "{:04}, 9999, 9999",
    "{count:010d}-{}, 5, 0010000000-5",
    "{}{}, 12, 1212",
    "{:032d}, 1, 00000000000000000000000000000001",
    "a/b c/{}, 7, a/b c/7",
    "{{{}}}, 7, {7}",
    "{{x}}{}, 7, {x}7",
    "k={}/_part=1/é%+?#.bin, 7, k=7/_part=1/é%+?#.bin",
  })
  void namesFollowTheTemplate(String template, long index, String name) {
    assertThat(NameTemplate.parse(template, 10_000_000).name(index)).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1})
  void oneNameNeedsNoPlaceholder(long count) {
    assertThat(NameTemplate.parse("only.bin", count).name(0)).isEqualTo("only.bin");
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 10_000_000, -1})
  void manyNamesNeedAnIndex(long count) {
    for (String template : List.of("only.bin", "{{}}", "{{:06d}}")) {
      assertInvalid(template, count, "index placeholder such as {:06d}");
    }
  }

  @Test
  void countIsNoIndex() {
    assertInvalid("{count}", 2, "without an index placeholder such as {:06d} 2 objects");
  }

  @Test
  void countHasToBeKnown() {
    assertInvalid("{}-{count}", -1, "{count} stands for a number that is not known here");
    assertThat(NameTemplate.parse("{}-x", -1).name(Long.MAX_VALUE))
        .isEqualTo(Long.MAX_VALUE + "-x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "}", "a{}b}", "a{}b{", "{:06d", "{{}", "{}}", "{}{{}"})
  void unbalancedBracesAreRefused(String template) {
    assertInvalid(template, 5, "unbalanced");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{i}", "{0}", "{ }", "{Index}", "{seed:06d}", "{a{}", "{index }"})
  void unknownPlaceholdersAreRefusedNamingTheKnownOnes(String template) {
    assertInvalid("{}" + template, 5, "known: {}, {index}, {count}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{:6d}",
        "{:0d}",
        "{:00d}",
        "{:033d}",
        "{:099d}",
        "{:0999999999999d}",
        "{:x}",
        "{:06x}",
        "{:+06d}",
        "{:-6d}",
        "{:06d }",
        "{::}",
        "{:6.2f}"
      })
  void badWidthsAreRefused(String template) {
    assertInvalid(template, 5, "bad width");
  }

  @ParameterizedTest
  @CsvSource({
    "/data/{}, relative",
    "../{}, '..'",
    "a/../{}, '..'",
    "a/./{}, '.'",
    "a//{}, '//'",
    "a/{}/, end with '/'",
    "_{}, begins with '_'",
    "a/_b/{}, begins with '_'",
    ".{}, begins with '.'",
    "_s3dlio/{}, begins with '_'",
    "{}._COPYING_, ._COPYING_",
    "a\\{}, backslash",
  })
  void namesThatAreNoPlainVisibleKeysAreRefused(String template, String rule) {
    assertInvalid(template, 5, rule);
  }

  @Test
  void namesThatSomeStoreCannotHoldAreRefused() {
    assertInvalid("", 1, "must not be empty");
    assertInvalid("a\n{}", 5, "control characters");
    assertInvalid("a\u0000{}", 5, "control characters");
    assertInvalid("a\u007f{}", 5, "control characters");
    assertInvalid("a\ud800{}", 5, "unpaired surrogate");
    assertThat(NameTemplate.parse("\ud83d\ude00{}", 5).name(1)).isEqualTo("\ud83d\ude001");
  }

  @Test
  void messagesShowNoControlCharactersAndStayShort() {
    assertThatThrownBy(() -> NameTemplate.parse("a\n\u001b{\r}" + "x".repeat(5_000), 5))
        .hasMessageStartingWith("Invalid name template: 'a\\u000a\\u001b{\\u000d}xxx")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(500).doesNotContain("\n", "\r"));
  }

  @Test
  void lengthIsCheckedWithTheLargestIndex() {
    String component = "x".repeat(254);
    assertThat(NameTemplate.parse(component + "{}", 10).name(9)).hasSize(255);
    assertInvalid(component + "{}", 11, "at most 255 bytes");
    assertInvalid(component + "{}", -1, "at most 255 bytes");
    assertInvalid("é".repeat(127) + "{}", 11, "at most 255 bytes");
    String deep = ("x".repeat(203) + "/").repeat(5);
    assertThat(NameTemplate.parse(deep + "xxx{}", 10).name(0)).hasSize(1024);
    assertInvalid(deep + "xxx{}", 11, "at most 1024 bytes");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 10, Long.MAX_VALUE, Long.MIN_VALUE})
  void onlyIndicesThatWereAnnouncedHaveNames(long index) {
    NameTemplate template = NameTemplate.parse("{}", 10);
    assertThatThrownBy(() -> template.name(index))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid index: %d (must be in 0..9)".formatted(index));
  }

  @Property
  void differentIndicesHaveDifferentNames(
      @ForAll("templates") String template,
      @ForAll @LongRange(min = 0, max = 3_000) long one,
      @ForAll @LongRange(min = 0, max = 3_000) long other) {
    NameTemplate parsed = NameTemplate.parse(template, 3_001);
    assertThat(parsed.name(one).equals(parsed.name(other))).isEqualTo(one == other);
  }

  @Provide
  Arbitrary<String> templates() {
    return Arbitraries.of("{}", "{:02d}", "{index:03d}", "1", "11", "0", "{count}", "/", "a")
        .list()
        .ofMinSize(1)
        .ofMaxSize(6)
        .map(parts -> "a" + String.join("", parts) + "{:02d}a")
        .filter(template -> !template.contains("//"));
  }

  @Test
  void namesOfADenseRangeAreDistinct() {
    NameTemplate template = NameTemplate.parse("{}{:02d}", 120_000);
    assertThat(LongStream.range(0, 120_000).mapToObj(template::name).distinct().count())
        .isEqualTo(120_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a/b", "a b/ü.bin", "k=v/x", "_k=v/x", "a..b", "a_b", "a."})
  void safeNamesPassUnchanged(String name) {
    assertThat(NameTemplate.requireSafe(name)).isSameAs(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "a/..",
        "../a",
        "a/../b",
        "_a",
        "a/.b",
        "a\tb",
        "a\\b",
        "a\u0085b",
        "a/_temporary/0",
        "x\udc00"
      })
  void unsafeNamesAreRefused(String name) {
    assertThatThrownBy(() -> NameTemplate.requireSafe(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid name: '");
  }

  private static void assertInvalid(String template, long count, String rule) {
    assertThatThrownBy(() -> NameTemplate.parse(template, count))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid name template: '")
        .hasMessageContaining(rule);
  }

  @ParameterizedTest
  @CsvSource({
    "part-{:04d}.bin, part-0007.bin, true",
    "part-{:04d}.bin, part-0099.bin, true",
    "part-{:04d}.bin, part-0100.bin, false",
    "part-{:04d}.bin, part-7.bin, false",
    "part-{:04d}.bin, part-00007.bin, false",
    "part-{:04d}.bin, part-0007xbin, false",
    "part-{:04d}.bin, part-99999999999999999999.bin, false",
    "{index}_of_{count}, 3_of_100, true",
    "{index}_of_{count}, 3_of_10, false",
    "{}/{:03d}, 5/005, true",
    "{}/{:03d}, 5/006, false",
  })
  void aNameOfATemplateIsKnown(String template, String name, boolean known) {
    assertThat(NameTemplate.parse(template, 100).matches(name)).isEqualTo(known);
  }
}
