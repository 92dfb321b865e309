package io.s3dlio.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every store promises of deletes. */
abstract class DeleteContract extends WriteContract {
  @Test
  void deletingWhatIsNotThereSucceeds() throws IOException {
    put("object", content(43, 1));

    store.delete(prefix.append("object"));
    store.delete(prefix.append("object"));
    store.delete(prefix.append("never/was"));
    put("file", content(43, 1));
    store.delete(prefix.append("file/below"));
    assertThat(keys(prefix)).containsExactly("file");
  }

  @Test
  void aBatchOfDeletesRemovesAllOfThem() throws IOException {
    List<Location> locations = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      locations.add(put("dir/%d +%%".formatted(i), new byte[0]).location());
    }
    put("kept", new byte[0]);
    locations.add(prefix.append("missing"));
    locations.add(locations.get(0));

    store.deleteBatch(locations);
    store.deleteBatch(List.of());

    assertThat(keys(prefix)).containsExactly("kept");
  }

  @Test
  void aBatchOfDeletesGoesOnAfterAFailureAndTellsEachOne() throws IOException {
    Location first = put("first", new byte[0]).location();
    Location last = put("last", new byte[0]).location();
    Location refused = fixture.refused(prefix);
    Location alsoRefused = fixture.refused(prefix.append("b"));

    BatchDeleteException failure =
        catchThrowableOfType(
            BatchDeleteException.class,
            () -> store.deleteBatch(List.of(first, refused, alsoRefused, last)));

    assertThat(failure.failures()).containsOnlyKeys(refused, alsoRefused);
    assertThat(failure).hasMessageContaining("Cannot delete ").hasMessageContaining("1 more");
    assertThat(keys(prefix)).isEmpty();
  }

  @Test
  void aLocationOfAnotherStoreIsRefused() {
    Location elsewhere =
        new Location(prefix.isLocal() ? "s3" : "file", prefix.isLocal() ? "b" : "", "k");

    assertThatThrownBy(() -> store.stat(elsewhere)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.list(elsewhere, ListOptions.FLAT))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.delete(elsewhere)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.put(elsewhere, direct(new byte[1]), WriterOptions.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(elsewhere.toString());
  }
}
