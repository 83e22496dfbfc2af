import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** java Upload.java PORT TRIES: posts 8 MB in three ways, and prints each status or error. */
class Upload {
    static final byte[] BODY = new byte[8_000_000];

    interface Post {
        int status(URI uri) throws IOException, InterruptedException;
    }

    static int client(URI uri) throws IOException, InterruptedException {
        var body = HttpRequest.BodyPublishers.ofByteArray(BODY);
        var request = HttpRequest.newBuilder(uri).version(HttpClient.Version.HTTP_1_1).POST(body);
        var ignore = HttpResponse.BodyHandlers.discarding();
        return HttpClient.newHttpClient().send(request.build(), ignore).statusCode();
    }

    static int connection(URI uri, boolean streams) throws IOException {
        var connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        if (streams) {
            connection.setFixedLengthStreamingMode(BODY.length);
        }
        try (OutputStream out = connection.getOutputStream()) {
            out.write(BODY);
        }
        return connection.getResponseCode();
    }

    static void tryOut(String name, int tries, URI uri, Post post) throws InterruptedException {
        for (int i = 0; i < tries; i++) {
            String said;
            try {
                said = String.valueOf(post.status(uri));
            } catch (IOException error) {
                said = String.valueOf(error.getMessage());
            }
            System.out.println(name + ": " + said);
        }
    }

    public static void main(String[] arguments) throws Exception {
        var uri = URI.create("http://127.0.0.1:" + arguments[0] + "/upload");
        int tries = Integer.parseInt(arguments[1]);
        tryOut("Java HttpClient", tries, uri, Upload::client);
        tryOut("Java HttpURLConnection", tries, uri, u -> connection(u, false));
        tryOut("Java HttpURLConnection, streaming", tries, uri, u -> connection(u, true));
    }
}
