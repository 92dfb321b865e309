package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.Predicates.column;
import static io.s3dlio.spark.read.Predicates.literal;
import static io.s3dlio.spark.read.Predicates.path;
import static io.s3dlio.spark.read.Predicates.predicate;
import static io.s3dlio.spark.read.Predicates.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathRangeTest {
  private static final Location ROOT = Location.parse("s3://b/p/");

  private static Optional<KeyRange> range(Predicate... predicates) {
    return PathRangeFinder.rangeOf(List.of(predicates)).below(ROOT, true);
  }

  private static KeyRange keys(String prefix, String after, String end) {
    return new KeyRange(ROOT.withKey(prefix), after, end.isEmpty() ? null : end);
  }

  @Test
  void aPrefixNarrowsWhereItIsLonger() {
    assertThat(range(path("STARTS_WITH", "s3://b/p/x/1"))).hasValue(keys("p/x/1", "", ""));
    assertThat(range(path("STARTS_WITH", "s3://b/p"))).hasValue(KeyRange.all(ROOT));
    assertThat(range(path("STARTS_WITH", ""))).hasValue(KeyRange.all(ROOT));
    assertThat(range(path("STARTS_WITH", "s3://b/q"))).isEmpty();
    assertThat(range(path("STARTS_WITH", "s3://c/p/x"))).isEmpty();
    assertThat(range(path("STARTS_WITH", "s3://b/p/" + "x".repeat(1025)))).isEmpty();
  }

  @Test
  void boundsNarrowWhereTheyLieBelow() {
    assertThat(range(path(">=", "s3://b/p/x5"))).hasValue(keys("p/", "p/x4~", ""));
    assertThat(range(path(">", "s3://b/p/x5"))).hasValue(keys("p/", "p/x4~", ""));
    assertThat(range(path("<", "s3://b/p/x5"))).hasValue(keys("p/", "", "p/x5\0"));
    assertThat(range(predicate("<=", text("s3://b/p/x5"), column("path"))))
        .hasValue(keys("p/", "p/x4~", ""));
    assertThat(range(path(">", "s3://b/a"))).hasValue(KeyRange.all(ROOT));
    assertThat(range(path("<", "s3://b/q"))).hasValue(KeyRange.all(ROOT));
    assertThat(range(path("<", "s3://b/p"))).isEmpty();
    assertThat(range(path(">", "s3://b/q"))).isEmpty();
    assertThat(range(path(">=", "s3://b/p/x5"), path("<=", "s3://b/p/x7")))
        .hasValue(keys("p/x", "p/x4~", "p/x7\0"));
    assertThat(range(path("=", "s3://b/p/x"))).hasValue(keys("p/x", "", "p/x\0"));
    assertThat(range(path("IN", "s3://b/p/x9", "s3://b/p/x1")))
        .hasValue(keys("p/x", "p/x0~", "p/x9\0"));
  }

  @Test
  void whatMayMeanOtherPathsTooNarrowsNothing() {
    Predicate first = path("=", "s3://b/p/x");
    List<Predicate> wide =
        List.of(
            predicate("NOT", first),
            predicate("OR", first, path("=", "s3://b/p/y")),
            path("<>", "s3://b/p/x"),
            path("ENDS_WITH", "s3://b/p/x"),
            predicate("STARTS_WITH", text("s3://b/p/x"), column("path")),
            predicate("IN", column("path"), text("s3://b/p/x"), column("etag")),
            predicate("=", column("etag"), text("s3://b/p/x")),
            path(">", "s3://b/p/\ud83d\ude00"),
            path("STARTS_WITH", "s3://b/p/\0"),
            predicate(
                "=",
                column("path"),
                literal(UTF8String.fromBytes(new byte[] {'s', -1}), DataTypes.StringType)));

    assertThat(wide)
        .allSatisfy(predicate -> assertThat(range(predicate)).hasValue(KeyRange.all(ROOT)));
  }

  @Test
  void belowFurtherSlashesIsNothingWithoutRecursion() {
    PathRange range = PathRangeFinder.rangeOf(List.of(path("STARTS_WITH", "s3://b/p/x/1")));

    assertThat(range.below(ROOT, false)).isEmpty();
  }

  /** Whatever predicates keep is listed. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void noKeyThatIsWantedIsLeftOut(long seed) throws Refusal {
    Random random = new Random(seed);
    for (int round = 0; round < 2000; round++) {
      List<Predicate> predicates = new ArrayList<>();
      Filters filters = Filters.NONE;
      for (int i = random.nextInt(3); i >= 0; i--) {
        Predicate predicate = random(random);
        predicates.add(predicate);
        filters = filters.and(predicate, new PredicateCompiler(false).compile(predicate));
      }
      TreeSet<String> keys = new TreeSet<>(Location.KEY_ORDER);
      for (int i = 0; i < 30; i++) {
        keys.add("p/" + name(random));
      }
      Optional<KeyRange> range = PathRangeFinder.rangeOf(predicates).below(ROOT, true);

      for (String key : wanted(keys, filters)) {
        assertThat(range).as("%s of %s", key, predicates).isPresent();
        assertThat(isListed(key, range.orElseThrow()))
            .as("%s of %s in %s", key, predicates, range)
            .isTrue();
      }
    }
  }

  @Test
  void theLongestKeyOfAzureHasMoreBytesThanThatOfOthers() {
    String name = "\u00e9".repeat(1000);
    for (String scheme : List.of("s3", "az", "gs")) {
      Location root = new Location(scheme, "b", "p/");

      assertThat(
              PathRangeFinder.rangeOf(List.of(path("STARTS_WITH", root + name))).below(root, true))
          .as(scheme)
          .isEqualTo(
              scheme.equals("az")
                  ? Optional.of(KeyRange.all(root.append(name)))
                  : Optional.empty());
    }
  }

  private static List<String> wanted(Set<String> keys, Filters filters) {
    ObjectTable.Builder table = new ObjectTable.Builder(ROOT);
    keys.forEach(key -> table.add(new ObjectInfo(ROOT.withKey(key), 1, FakeStore.TIME, "e")));
    List<String> wanted = new ArrayList<>();
    for (ObjectTable kept : filters.of(ObjectIndex.of(List.of(table.build()))).tables()) {
      for (int i = 0; i < kept.size(); i++) {
        wanted.add(kept.location(i).key());
      }
    }
    return wanted;
  }

  private static boolean isListed(String key, KeyRange range) {
    return key.startsWith(range.prefix().key())
        && Location.KEY_ORDER.compare(key, range.after()) > 0
        && (range.end() == null || Location.KEY_ORDER.compare(key, range.end()) < 0);
  }

  private static Predicate random(Random random) {
    String name =
        List.of("STARTS_WITH", "=", "<", "<=", ">", ">=", "IN", "<=>").get(random.nextInt(8));
    String path = "s3://b/p/" + name(random);
    return switch (random.nextInt(4)) {
      case 0 -> path(name, path.substring(0, random.nextInt(path.length()) + 1));
      case 1 ->
          name.equals("IN") || name.equals("STARTS_WITH")
              ? path(name, path)
              : predicate(name, text(path), column("path"));
      case 2 -> name.equals("IN") ? path(name, path, "s3://b/p/" + name(random)) : path(name, path);
      default -> predicate("AND", path(name, path), path(">", "s3://b/p/"));
    };
  }

  private static String name(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      text.append(
          List.of("a", "b", " ", "!", "~", "z/", "\u00e9", "\uffee").get(random.nextInt(8)));
    }
    return random.nextInt(8) == 0 ? text + "\ud83d\ude00" : text.append('x').toString();
  }
}
