package io.s3dlio.datagen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DlioLayoutTest {
  private static final DlioLayout FLAT = new DlioLayout(100, 9, 0, 0, "img", "npz");
  private static final DlioLayout FOLDERS = new DlioLayout(20, 6, 12, 3, "a_b", "tfrecord");

  @Test
  void numbersHaveAsManyDigitsAsTheirCount() {
    assertThat(FLAT.name(0)).isEqualTo("train/img_000_of_100.npz");
    assertThat(FLAT.name(99)).isEqualTo("train/img_099_of_100.npz");
    assertThat(FLAT.name(100)).isEqualTo("valid/img_0_of_9.npz");
    assertThat(FLAT.name(108)).isEqualTo("valid/img_8_of_9.npz");
  }

  @Test
  void filesGoOverTheFoldersInTurn() {
    assertThat(FOLDERS.name(0)).isEqualTo("train/00/a_b_00_of_20.tfrecord");
    assertThat(FOLDERS.name(13)).isEqualTo("train/01/a_b_13_of_20.tfrecord");
    assertThat(FOLDERS.name(24)).isEqualTo("valid/1/a_b_4_of_6.tfrecord");
  }

  @Test
  void indexesAreInNoFolderOfTheirFile() {
    assertThat(FOLDERS.indexName(13)).isEqualTo("index/train/a_b_13_of_20.tfrecord.idx");
    assertThat(FOLDERS.indexName(24)).isEqualTo("index/valid/a_b_4_of_6.tfrecord.idx");
  }

  @Test
  void allNamesDifferAndAreKnownAgain() {
    for (DlioLayout layout : new DlioLayout[] {FLAT, FOLDERS}) {
      Set<String> names = new HashSet<>();
      LongStream.range(0, layout.files())
          .forEach(
              index -> {
                names.add(layout.name(index));
                names.add(layout.indexName(index));
              });
      assertThat(names).hasSize((int) (2 * layout.files())).allMatch(layout::matches);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "train/",
        "train/img_0_of_100.npz",
        "train/img_100_of_100.npz",
        "train/img_000_of_101.npz",
        "train/img_000_of_100.npy",
        "train/0/img_000_of_100.npz",
        "train/img_000_of_100.npz.idx",
        "train/img_99999999999999999999_of_100.npz",
        "valid/img_000_of_100.npz",
        "index/train/img_000_of_100.npz",
        "index/img_000_of_100.npz.idx",
        "x/train/img_000_of_100.npz",
        "train/img_000_of_100.npz\n"
      })
  void otherNamesAreNone(String name) {
    assertThat(FLAT.matches(name)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 109, Long.MAX_VALUE})
  void thereAreNoMoreFiles(long index) {
    assertThatThrownBy(() -> FLAT.name(index))
        .hasMessage(
            "Invalid index: %d (there are 100 files to train with and 9 to evaluate with)"
                .formatted(index));
    assertThatThrownBy(() -> FLAT.indexName(index)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 0, 0, 0, img, Invalid numFilesTrain: -1",
    "1, -2, 0, 0, img, Invalid numFilesEval: -2",
    "4, 4, 1, 0, img, Invalid numSubfoldersTrain: 1",
    "4, 4, 5, 0, img, Invalid numSubfoldersTrain: 5",
    "4, 4, 2, -1, img, Invalid numSubfoldersEval: -1",
    "4, 4, 0, 0, '', Invalid filePrefix: ''",
    "4, 4, 0, 0, a/b, Invalid filePrefix: 'a/b'",
    "4, 4, 0, 0, _a, Invalid name: '_a",
  })
  void whatDlioCannotReadIsRefused(
      long train, long eval, int trainFolders, int evalFolders, String prefix, String message) {
    assertThatThrownBy(() -> new DlioLayout(train, eval, trainFolders, evalFolders, prefix, "npz"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }
}
