package io.s3dlio.storage.s3;

import io.s3dlio.storage.cloud.Etags;
import io.s3dlio.storage.cloud.ListPages.Listed;
import io.s3dlio.storage.cloud.ListPages.Page;
import io.s3dlio.storage.cloud.UriText;
import io.s3dlio.storage.cloud.Xml;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/** Reads one page of a listing without keeping what it does not need. For one document. */
final class ListPageReader {
  private final XMLStreamReader reader;
  private final StringBuilder text = new StringBuilder();
  private final List<Listed> objects = new ArrayList<>();
  private final List<String> prefixes = new ArrayList<>();
  private String truncated = "";
  private String continuation = "";
  private String encoding = "";
  private @Nullable String key;
  private @Nullable String size;
  private @Nullable String time;
  private String etag = "";

  ListPageReader(XMLStreamReader reader) {
    this.reader = reader;
  }

  Page read() throws XMLStreamException, IOException {
    int depth = 0;
    boolean inObject = false;
    boolean inPrefix = false;
    boolean rooted = false;
    while (reader.hasNext()) {
      switch (reader.next()) {
        case XMLStreamConstants.START_ELEMENT -> {
          depth++;
          text.setLength(0);
          if (depth == 1) {
            requireRoot(reader.getLocalName());
            rooted = true;
          } else if (depth == 2) {
            inObject = reader.getLocalName().equals("Contents");
            inPrefix = reader.getLocalName().equals("CommonPrefixes");
            begin();
          } else if (depth > Xml.MAX_DEPTH) {
            throw new IOException("the answer is nested too deep");
          }
        }
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA ->
            text.append(reader.getTextCharacters(), reader.getTextStart(), reader.getTextLength());
        case XMLStreamConstants.END_ELEMENT -> {
          if (depth == 3 && inObject) {
            endField(reader.getLocalName());
          } else if (depth == 3 && inPrefix && reader.getLocalName().equals("Prefix")) {
            prefixes.add(text.toString());
          } else if (depth == 2 && inObject) {
            endObject();
          } else if (depth == 2) {
            endSetting(reader.getLocalName());
          }
          depth--;
          text.setLength(0);
        }
        case XMLStreamConstants.DTD -> throw new IOException("the answer has a document type");
        default -> {
          // Comments, spaces and the document's two ends say nothing.
        }
      }
    }
    if (!rooted) {
      throw new IOException("the answer has no element");
    }
    return page();
  }

  private static void requireRoot(String name) throws IOException {
    if (!name.equals("ListBucketResult")) {
      throw new IOException("the answer is <%s>, not <ListBucketResult>".formatted(name));
    }
  }

  private void begin() {
    key = null;
    size = null;
    time = null;
    etag = "";
  }

  private void endField(String name) {
    switch (name) {
      case "Key" -> key = text.toString();
      case "Size" -> size = text.toString();
      case "LastModified" -> time = text.toString();
      case "ETag" -> etag = text.toString();
      default -> {
        // Owners, storage classes, sums: nobody asks for them.
      }
    }
  }

  private void endObject() throws IOException {
    String name = required("Key", key);
    long length = Xml.number(required("Size", size));
    Instant modified = Xml.time(required("LastModified", time));
    objects.add(new Listed(name, length, modified, Etags.unquoted(etag)));
  }

  private static String required(String name, @Nullable String value) throws IOException {
    if (value == null) {
      throw new IOException("the answer's <Contents> has no <%s>".formatted(name));
    }
    return value;
  }

  private void endSetting(String name) {
    switch (name) {
      case "IsTruncated" -> truncated = text.toString();
      case "NextContinuationToken" -> continuation = text.toString();
      case "EncodingType" -> encoding = text.toString();
      default -> {
        // What was asked for, as it was asked for.
      }
    }
  }

  /** How keys are encoded may be told after them. */
  private Page page() throws IOException {
    if (encoding.equals("url")) {
      for (int i = 0; i < objects.size(); i++) {
        Listed object = objects.get(i);
        String decoded = UriText.decodeForm(object.key());
        if (!decoded.equals(object.key())) {
          objects.set(
              i, new Listed(decoded, object.length(), object.lastModified(), object.etag()));
        }
      }
      for (int i = 0; i < prefixes.size(); i++) {
        prefixes.set(i, UriText.decodeForm(prefixes.get(i)));
      }
    }
    if (!truncated.equals("true")) {
      return new Page(objects, prefixes, "");
    }
    if (continuation.isEmpty()) {
      throw new IOException("the answer says that there is more, and not where");
    }
    return new Page(objects, prefixes, continuation);
  }
}
