package io.s3dlio.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLDecoder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Answers ListObjectsV2 from keys that nobody keeps: as many as wanted, in directories of one size,
 * a page of a thousand at a time. Keys are ASCII, and it knows nothing of signatures.
 */
public final class ListingServer implements AutoCloseable {
  private static final int PAGE = 1000;

  private final ServerSocket listening;
  private final String root;
  private final int objects;
  private final int perDirectory;
  private final long delayMillis;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger pages = new AtomicInteger();
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();

  /**
   * @param root the beginning of all keys
   * @param perDirectory how many objects a directory below it holds; 0 for no directories
   * @param delayMillis how long each page takes
   */
  public ListingServer(String root, int objects, int perDirectory, long delayMillis)
      throws IOException {
    this.root = root;
    this.objects = objects;
    this.perDirectory = perDirectory;
    this.delayMillis = delayMillis;
    this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  /**
   * Serves until it is killed, and prints where.
   *
   * <pre>
   * ListingServer ROOT OBJECTS PER_DIRECTORY DELAY_MILLIS
   * </pre>
   */
  public static void main(String[] args) throws IOException {
    ListingServer server =
        new ListingServer(
            args[0],
            Integer.parseInt(args[1]),
            Integer.parseInt(args[2]),
            Long.parseLong(args[3]));
    System.out.println(server.endpoint());
    // Whoever started it closes this when it ends.
    while (System.in.read() >= 0) {
      System.out.flush();
    }
    server.close();
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + listening.getLocalPort());
  }

  /** Returns how many pages were asked for. */
  public int pages() {
    return pages.get();
  }

  /** Returns how many were asked for at the same time, at most. */
  public int mostAtOnce() {
    return most.get();
  }

  /** Returns a key by its place in the listing. */
  public String key(int index) {
    return perDirectory == 0
        ? root + digits('f', index)
        : root + digits('d', index / perDirectory) + '/' + digits('f', index % perDirectory);
  }

  private static String digits(char kind, int number) {
    String text = Integer.toString(number);
    return kind + "0".repeat(9 - text.length()) + text;
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listening.accept();
        socket.setTcpNoDelay(true);
        sockets.add(socket);
        start(() -> serve(socket));
      }
    } catch (IOException e) {
      // Closed: nobody asks any more.
      sockets.forEach(ListingServer::close);
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      String target = target(in);
      while (!target.isEmpty()) {
        pages.incrementAndGet();
        most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(delayMillis));
        byte[] body = page(parameters(target)).getBytes(ISO_8859_1);
        underWay.decrementAndGet();
        String head =
            "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: "
                + body.length
                + "\r\n\r\n";
        out.write(head.getBytes(ISO_8859_1));
        out.write(body);
        target = target(in);
      }
    } catch (IOException e) {
      close(socket);
    }
  }

  /** Reads a request's head and returns its target; empty at the end. */
  private static String target(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder(1024);
    while (head.indexOf("\r\n\r\n", Math.max(0, head.length() - 4)) < 0) {
      int next = in.read();
      if (next < 0) {
        return "";
      }
      head.append((char) next);
    }
    int from = head.indexOf(" ") + 1;
    return head.substring(from, head.indexOf(" ", from));
  }

  private static Map<String, String> parameters(String target) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String pair : target.substring(target.indexOf('?') + 1).split("&")) {
      int equals = pair.indexOf('=');
      parameters.put(
          pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), UTF_8));
    }
    return parameters;
  }

  private String page(Map<String, String> asked) {
    String prefix = asked.getOrDefault("prefix", "");
    boolean byDirectory = asked.containsKey("delimiter");
    String token = asked.getOrDefault("continuation-token", "");
    int at =
        token.isEmpty()
            ? Math.max(
                firstFrom(prefix), firstFrom(asked.getOrDefault("start-after", "") + '\0'))
            : Integer.parseInt(token.substring(1));
    StringBuilder xml = new StringBuilder(PAGE * 320);
    xml.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult")
        .append(" xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bucket</Name><Prefix>")
        .append(prefix)
        .append("</Prefix><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType>");
    StringBuilder directories = new StringBuilder();
    int count = 0;
    while (at < objects && count < PAGE && key(at).startsWith(prefix)) {
      String key = key(at);
      int slash = byDirectory ? key.indexOf('/', prefix.length()) : -1;
      if (slash >= 0) {
        String directory = key.substring(0, slash + 1);
        directories.append("<CommonPrefixes><Prefix>").append(directory);
        directories.append("</Prefix></CommonPrefixes>");
        at = firstFrom(directory + '\uffff');
      } else {
        contents(xml, key, at);
        at++;
      }
      count++;
    }
    boolean more = at < objects && key(at).startsWith(prefix);
    xml.append(directories).append("<KeyCount>").append(count).append("</KeyCount>");
    if (more) {
      xml.append("<NextContinuationToken>t").append(at).append("</NextContinuationToken>");
    }
    return xml.append("<IsTruncated>").append(more).append("</IsTruncated></ListBucketResult>")
        .toString();
  }

  private static void contents(StringBuilder xml, String key, int number) {
    xml.append("<Contents><Key>")
        .append(key)
        .append("</Key><LastModified>2026-11-25T18:00:00.000Z</LastModified><ETag>&quot;")
        .append("d41d8cd98f00b204e98009")
        .append(1_000_000_000 + number)
        .append("&quot;</ETag><ChecksumAlgorithm>CRC32C</ChecksumAlgorithm>")
        .append("<ChecksumType>FULL_OBJECT</ChecksumType><Size>")
        .append(100_000 + number)
        .append("</Size><StorageClass>STANDARD</StorageClass></Contents>\n");
  }

  /** Returns the first key's place that is not before a text. */
  private int firstFrom(String text) {
    int low = 0;
    int high = objects;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (key(middle).compareTo(text) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "listing-server");
    thread.setDaemon(true);
    thread.start();
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    sockets.forEach(ListingServer::close);
  }
}
