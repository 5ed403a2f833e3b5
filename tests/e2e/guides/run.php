<?php

// Runs what the guide shows of PHP on one request: body on the standard input, headers and secret in the environment.
set_error_handler(function (int $severity, string $message): never {
    throw new ErrorException($message); // so that no notice goes unseen
});
require __DIR__ . '/verify.php';

$headers = [];
foreach (['webhook-id', 'webhook-timestamp', 'webhook-signature'] as $name) {
    $value = getenv(strtr(strtoupper($name), '-', '_'));
    if ($value !== false) {
        $headers[$name] = $value;
    }
}
try {
    echo 'genuine ' . verify(file_get_contents('php://stdin'), $headers, getenv('WEBHOOK_SECRET'))['type'] . "\n";
} catch (RuntimeException $error) {
    if ($error::class !== RuntimeException::class) {
        throw $error;
    }
    echo "refused: {$error->getMessage()}\n";
}
