package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.Predicates.column;
import static io.s3dlio.spark.read.Predicates.literal;
import static io.s3dlio.spark.read.Predicates.number;
import static io.s3dlio.spark.read.Predicates.path;
import static io.s3dlio.spark.read.Predicates.predicate;
import static io.s3dlio.spark.read.Predicates.text;
import static io.s3dlio.spark.read.Truth.FALSE;
import static io.s3dlio.spark.read.Truth.TRUE;
import static io.s3dlio.spark.read.Truth.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import java.time.Instant;
import java.util.Map;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.GeneralScalarExpression;
import org.apache.spark.sql.connector.expressions.filter.AlwaysFalse;
import org.apache.spark.sql.connector.expressions.filter.AlwaysTrue;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;

class PredicateCompilerTest {
  private static final long MICROS = -1_500_000;
  private static final Expression NOTHING = literal(null, DataTypes.LongType);
  private static final Expression NO_TEXT = literal(null, DataTypes.StringType);
  private static final Predicate KNOWN_NOT = predicate("=", NOTHING, NOTHING);

  /** One object of ten bytes, written before 1970. */
  private static final ObjectTable OBJECT = object();

  private static ObjectTable object() {
    ObjectTable.Builder table = new ObjectTable.Builder(Location.parse("s3://b/d/"));
    table.add(
        new ObjectInfo(
            Location.parse("s3://b/d/\u00e9a.bin"), 10, Instant.EPOCH.minusMillis(1500), "abc-1"));
    return table.build();
  }

  private static Truth truth(Predicate predicate) throws Refusal {
    return new PredicateCompiler(false).compile(predicate).test(OBJECT, 0);
  }

  @Test
  void numbersAndTimesAreComparedOnBothSides() throws Refusal {
    Map<String, Truth> ofTenAndEleven =
        Map.of(
            "=", FALSE, "<>", TRUE, "<", TRUE, "<=", TRUE, ">", FALSE, ">=", FALSE, "<=>", FALSE);
    for (Map.Entry<String, Truth> entry : ofTenAndEleven.entrySet()) {
      assertThat(truth(predicate(entry.getKey(), column("length"), number(11))))
          .as("10 %s 11", entry.getKey())
          .isEqualTo(entry.getValue());
    }
    assertThat(truth(predicate("<", number(11), column("length")))).isEqualTo(FALSE);
    assertThat(truth(predicate(">", column("length"), column("offset")))).isEqualTo(TRUE);
    assertThat(truth(predicate("=", column("offset"), number(0)))).isEqualTo(TRUE);
    assertThat(
            truth(
                predicate(
                    "=", column("modificationTime"), literal(MICROS, DataTypes.TimestampType))))
        .isEqualTo(TRUE);
  }

  @Test
  void textIsComparedByItsBytes() throws Refusal {
    assertThat(truth(path(">", "s3://b/d/za"))).as("UTF-8 is above ASCII").isEqualTo(TRUE);
    assertThat(truth(path("<", "s3://b/d/\ud83d\ude00"))).isEqualTo(TRUE);
    assertThat(truth(path("=", "s3://b/d/\u00e9a.bin"))).isEqualTo(TRUE);
    assertThat(truth(path("=", "s3://b/d/e\u0301a.bin"))).as("no normal forms").isEqualTo(FALSE);
    assertThat(truth(path("STARTS_WITH", "s3://b/d/\u00e9"))).isEqualTo(TRUE);
    assertThat(truth(path("ENDS_WITH", "a.bin"))).isEqualTo(TRUE);
    assertThat(truth(path("CONTAINS", "/d/"))).isEqualTo(TRUE);
    assertThat(truth(path("CONTAINS", "/D/"))).isEqualTo(FALSE);
    assertThat(truth(predicate("STARTS_WITH", text("s3://b/d/\u00e9a.bin/x"), column("path"))))
        .isEqualTo(TRUE);
    assertThat(truth(predicate("=", column("etag"), text("abc-1")))).isEqualTo(TRUE);
  }

  @Test
  void nullsAreUnknown() throws Refusal {
    assertThat(truth(predicate("=", column("length"), NOTHING))).isEqualTo(UNKNOWN);
    assertThat(truth(predicate("<>", NOTHING, column("length")))).isEqualTo(UNKNOWN);
    assertThat(truth(predicate("<=>", column("length"), NOTHING))).isEqualTo(FALSE);
    assertThat(truth(predicate("<=>", NOTHING, NOTHING))).isEqualTo(TRUE);
    assertThat(truth(predicate("STARTS_WITH", column("path"), NO_TEXT))).isEqualTo(UNKNOWN);
    assertThat(truth(predicate("IS_NULL", NOTHING))).isEqualTo(TRUE);
    assertThat(truth(predicate("IS_NULL", column("length")))).isEqualTo(FALSE);
    assertThat(truth(predicate("IS_NOT_NULL", column("path")))).isEqualTo(TRUE);
  }

  @Test
  void aListWithANullIsFalseOfNothing() throws Refusal {
    Expression length = column("length");
    assertThat(truth(predicate("IN", length, number(9), number(10)))).isEqualTo(TRUE);
    assertThat(truth(predicate("IN", length, NOTHING, number(10)))).isEqualTo(TRUE);
    assertThat(truth(predicate("IN", length, NOTHING, number(9)))).isEqualTo(UNKNOWN);
    assertThat(truth(predicate("NOT", predicate("IN", length, NOTHING, number(9)))))
        .isEqualTo(UNKNOWN);
    assertThat(truth(predicate("IN", length, number(9)))).isEqualTo(FALSE);
    assertThat(truth(predicate("IN", length))).isEqualTo(FALSE);
    assertThat(truth(predicate("IN", NOTHING, number(9)))).isEqualTo(UNKNOWN);
    assertThat(truth(path("IN", "x", "s3://b/d/\u00e9a.bin"))).isEqualTo(TRUE);
    assertThat(truth(predicate("IN", column("path"), text("x"), NO_TEXT))).isEqualTo(UNKNOWN);
  }

  @Test
  void logicHasThreeValues() throws Refusal {
    for (Truth left : Truth.values()) {
      Predicate one = predicateThatIs(left);
      assertThat(truth(predicate("NOT", one)))
          .isEqualTo(left == UNKNOWN ? UNKNOWN : left == TRUE ? FALSE : TRUE);
      for (Truth right : Truth.values()) {
        Predicate other = predicateThatIs(right);
        assertThat(truth(predicate("AND", one, other)))
            .as("%s and %s", left, right)
            .isEqualTo(
                left == FALSE || right == FALSE
                    ? FALSE
                    : left == TRUE && right == TRUE ? TRUE : UNKNOWN);
        assertThat(truth(predicate("OR", one, other)))
            .as("%s or %s", left, right)
            .isEqualTo(
                left == TRUE || right == TRUE
                    ? TRUE
                    : left == FALSE && right == FALSE ? FALSE : UNKNOWN);
      }
    }
  }

  private static Predicate predicateThatIs(Truth truth) {
    return switch (truth) {
      case TRUE -> new AlwaysTrue();
      case FALSE -> new AlwaysFalse();
      case UNKNOWN -> KNOWN_NOT;
    };
  }

  @Test
  void whatTheListingDoesNotKnowIsRefusedWithTheReason() {
    refuses(
        predicate("=", column("content"), literal(new byte[0], DataTypes.BinaryType)),
        "the listing does not know the column 'content'");
    refuses(predicate("IS_NOT_NULL", column("content")), "'content'");
    refuses(predicate("=", column("length"), text("10")), "BIGINT and STRING are compared");
    refuses(
        predicate("=", column("modificationTime"), number(1)), "TIMESTAMP and BIGINT are compared");
    refuses(
        predicate("=", column("length"), literal(10, DataTypes.IntegerType)),
        "BIGINT and INT are compared");
    refuses(
        predicate("=", column("length"), literal(10.0, DataTypes.DoubleType)),
        "nothing of type DOUBLE");
    refuses(predicate("IN", column("length"), column("offset")), "is no literal");
    refuses(predicate("IN", column("length"), text("1")), "BIGINT is looked for among STRING");
    refuses(predicate("STARTS_WITH", column("length"), text("1")), "BIGINT is matched by STRING");
    refuses(
        predicate(
            "=",
            new GeneralScalarExpression("UPPER", new Expression[] {column("path")}),
            text("A")),
        "UPPER is neither a column nor a literal");
    refuses(
        predicate("OR", new AlwaysTrue(), predicate("RLIKE", column("path"), text("a"))),
        "RLIKE is no predicate that the listing knows");
  }

  private static void refuses(Predicate predicate, String reason) {
    assertThatExceptionOfType(Refusal.class)
        .as(predicate.name())
        .isThrownBy(() -> truth(predicate))
        .withMessageContaining(reason);
  }

  @Test
  void offsetsAreRefusedWhereAnObjectMayBeSeveralRows() {
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(
            () -> new PredicateCompiler(true).compile(predicate("=", column("offset"), number(0))))
        .withMessageContaining("with chunkBytes an object may be several");
  }
}
