// Runs what the guide shows of Go on one request: body on the standard input, headers and secret in the environment.
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"

	"guide/webhooks"
)

func main() {
	body, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	header := http.Header{}
	for _, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
		if value, given := os.LookupEnv(strings.ToUpper(strings.ReplaceAll(name, "-", "_"))); given {
			header.Set(name, value)
		}
	}
	if err := webhooks.Verify(body, header, os.Getenv("WEBHOOK_SECRET")); err != nil {
		fmt.Println("refused:", err)
		return
	}
	fmt.Println("genuine")
}
